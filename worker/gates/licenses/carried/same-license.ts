import { idsIn } from '../judge-license.ts'

/** Licenses that the list tells apart, and people who declare one do not. */
const twins: ReadonlyMap<string, string> = new Map([
  ['Python-2.0.1', 'Python-2.0'],
  ['X11', 'MIT'],
])

/** Ids of an expression such that a text, which says nothing of later versions, can be compared with a declaration. */
export function comparableIds(expression: string): string[] {
  return idsIn(expression).map((id) => {
    const base = id.replace(/(?:-only|-or-later|\+)$/, '')
    return twins.get(base) ?? base
  })
}

/** Whether every license of one expression is among those of the other ones. Pure. */
export function isAmong(expression: string, others: ReadonlySet<string>): boolean {
  const ids = comparableIds(expression)
  return ids.length > 0 && ids.every((id) => others.has(id))
}
