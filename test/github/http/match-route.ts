import type { Route } from './route.ts'

export interface Match {
  readonly route: Route
  readonly params: Readonly<Record<string, string>>
}

/** Finds the route of a method and a path below the API root. */
export type MatchRoute = (method: string, path: string) => Match | undefined

/** These hold slashes: refs and file paths. */
const MANY_SEGMENTS = new Set(['ref', 'path', 'branch'])

export function createMatchRoute(routes: readonly Route[]): MatchRoute {
  // The longest template first, so that `commits/{ref}/check-runs` is not taken for a ref.
  const compiled = routes
    .toSorted((left, right) => right.template.length - left.template.length)
    .map((route) => ({ route, pattern: compile(route.template) }))
  return (method, path) => {
    for (const { route, pattern } of compiled) {
      const match = route.method === method ? pattern.exec(path) : null
      if (match) return { route, params: mapValues(match.groups ?? {}, decode) }
    }
    return undefined
  }
}

function compile(template: string): RegExp {
  const pattern = template
    .replaceAll('.', '\\.')
    .replace(/\{(\w+)\}/g, (_, name: string) => `(?<${name}>${MANY_SEGMENTS.has(name) ? '.+' : '[^/]+'})`)
  return new RegExp(`^${pattern}$`)
}

function mapValues(groups: Record<string, string>, map: (value: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, map(value)]))
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
