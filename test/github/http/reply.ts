import type { Call, Reply } from './route.ts'

export const ok = (body: unknown): Reply => ({ status: 200, body })
export const created = (body: unknown): Reply => ({ status: 201, body })
export const noContent = (): Reply => ({ status: 204 })

/** The asked-for page of a list, with the `Link` header that leads to the others. */
export function page<Item>(
  call: Call,
  items: readonly Item[],
  show: (items: readonly Item[]) => unknown = (shown) => shown,
): Reply {
  const size = Math.min(positive(call.query.get('per_page'), 30), 100)
  const number = positive(call.query.get('page'), 1)
  const last = Math.max(1, Math.ceil(items.length / size))
  const body = show(items.slice((number - 1) * size, number * size))
  const to = (target: number, rel: string) => `<${pageUrl(call, target)}>; rel="${rel}"`
  const before = number > 1 ? [to(number - 1, 'prev'), to(1, 'first')] : []
  const after = number < last ? [to(number + 1, 'next'), to(last, 'last')] : []
  const link = [...before, ...after].join(', ')
  return { status: 200, body, ...(link === '' ? {} : { headers: { link } }) }
}

function pageUrl(call: Call, number: number): string {
  const query = new URLSearchParams(call.query)
  query.set('page', String(number))
  return `${call.world.api}${call.path}?${query}`
}

function positive(text: string | null, otherwise: number): number {
  const number = Number(text)
  return Number.isInteger(number) && number > 0 ? number : otherwise
}
