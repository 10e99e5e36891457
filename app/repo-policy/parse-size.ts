const factors = { k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 } as const

/** `4g` → bytes, in powers of 1024. The schema has checked the form. */
export function parseSize(text: string): number {
  const unit = text.slice(-1)
  if (unit !== 'k' && unit !== 'm' && unit !== 'g' && unit !== 't') throw new TypeError(`no unit: ${text}`)
  return Number(text.slice(0, -1)) * factors[unit]
}
