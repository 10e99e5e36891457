import { entriesAt, listAt, valueAt } from '../../../change/read-value.ts'

/** Every value that a job's matrix can give to a name. */
export function matrixValues(job: unknown): [string, unknown][] {
  const matrix = valueAt(job, 'strategy', 'matrix')
  const lists = entriesAt(matrix).filter(([name]) => name !== 'include' && name !== 'exclude')
  const included = listAt(matrix, 'include').flatMap((one) => entriesAt(one))
  return [...lists.flatMap(([name, value]) => [value].flat().map((one): [string, unknown] => [name, one])), ...included]
}
