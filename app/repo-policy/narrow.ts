/** Each of these takes one value per level, highest first, undefined where a level is silent. */
type Values<T> = readonly (T | undefined)[]

export function lastSet<T>(values: Values<T>): T | undefined {
  return values.findLast((value) => value !== undefined)
}

export function least(values: Values<number>): number | undefined {
  const set = values.filter((value) => value !== undefined)
  return set.length === 0 ? undefined : Math.min(...set)
}

/** The one that comes last in `order`, which goes from lax to strict. */
export function strictest<T>(order: readonly T[], values: Values<T>): T | undefined {
  return order.findLast((candidate) => values.includes(candidate))
}

export function union<T>(values: Values<readonly T[]>): T[] | undefined {
  const set = values.filter((value) => value !== undefined)
  return set.length === 0 ? undefined : [...new Set(set.flat())]
}

/** Key by key the lowest level that says something; keys that nobody set are left out. */
export function mergeSet<T extends object>(values: Values<T>): Partial<T> {
  const merged: Partial<T> = {}
  for (const value of values) {
    for (const key in value) {
      if (value[key] !== undefined) merged[key] = value[key]
    }
  }
  return merged
}
