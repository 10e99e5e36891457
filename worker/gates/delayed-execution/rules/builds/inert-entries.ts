import { entriesAt, valueAt } from '../../../change/read-value.ts'
import type { Pick } from '../../match/when-entries-change.ts'

/** What a task runner keeps of a task, and what makes it run again. */
const inert = new Set(['$schema', 'cache', 'inputs', 'maxCacheSize', 'outputLogs', 'outputs', 'parallel', 'persistent'])
const release = /^\d{1,9}(?:\.\d{1,9}){2}(?:-[\w.]{1,50})?$/

/** Each value of a task runner's configuration by its place, but for those that start nothing. */
export function* withoutInert(document: unknown): ReturnType<Pick> & Generator<[string, unknown]> {
  const pending: [string, unknown][] = entriesAt(document)
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [place, value] = next
    const key = place.slice(place.lastIndexOf(' ') + 1)
    if (key === 'inputs') yield* started(place, value)
    // Options are whatever the program that is started makes of them.
    if (inert.has(key) && !/\b(?:options|configurations) /.test(place)) continue
    if (place === 'version' && release.test(String(value))) continue
    const inner = entriesAt(value)
    if (inner.length === 0) yield [place, value]
    // A key that holds a space must not end like the name of what is let pass.
    else pending.push(...inner.map(([name, one]): [string, unknown] => [`${place} ${name.replaceAll(' ', '_')}`, one]))
  }
}

/** Nx asks a program what its output is, to know whether a task has to run again. */
function* started(place: string, inputs: unknown): Generator<[string, unknown]> {
  for (const one of [inputs].flat()) {
    const command = valueAt(one, 'runtime')
    if (command !== undefined) yield [`${place} runtime`, command]
  }
}
