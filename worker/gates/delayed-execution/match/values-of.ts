import { valueAt } from '../../change/read-value.ts'
import type { Pick } from './when-entries-change.ts'

/** What stands at these places of a document, however its tables are written. */
export function valuesOf(keys: readonly string[]): Pick {
  return (document) =>
    keys.flatMap((key) => {
      const value = valueAt(document, ...key.split('.'))
      return value === undefined ? [] : [[key, value] as const]
    })
}
