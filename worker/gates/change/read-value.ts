/** Walks a parsed document that nobody vouches for: only own properties, and nothing where the shape is another. */
export function valueAt(value: unknown, ...keys: readonly (string | number)[]): unknown {
  return keys.reduce<unknown>((inner, key) => {
    return typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
      ? Reflect.get(inner, key)
      : undefined
  }, value)
}

export function entriesAt(value: unknown, ...keys: readonly (string | number)[]): [string, unknown][] {
  const inner = valueAt(value, ...keys)
  return typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? Object.entries(inner) : []
}

export function listAt(value: unknown, ...keys: readonly (string | number)[]): unknown[] {
  const inner = valueAt(value, ...keys)
  return Array.isArray(inner) ? inner : []
}

export function textAt(value: unknown, ...keys: readonly (string | number)[]): string | null {
  const inner = valueAt(value, ...keys)
  return typeof inner === 'string' ? inner : null
}

/** The same text for the same meaning: keys in order, so that a reordered file is an unchanged one. */
export function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, inner: unknown) => {
      if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner
      return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
    }) ?? ''
  )
}
