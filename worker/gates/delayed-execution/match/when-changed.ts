import type { ChangedFile } from '../../change/view-change.ts'
import type { Hit, Match } from '../rule.ts'

/** Fires for a file that is new or changed: for what cannot be judged by its meaning. */
export function whenChanged(): Match {
  return (file) => (file.after === null ? [] : [{ what: `This file is ${stateOf(file)}.`, line: firstAdded(file) }])
}

/** Fires for a deletion too: for files whose absence lets something through. */
export function whenChangedOrDeleted(): Match {
  return (file): Hit[] => [{ what: `This file is ${stateOf(file)}.`, line: firstAdded(file) }]
}

function stateOf(file: ChangedFile): string {
  if (file.after === null) return 'deleted'
  return file.before === null ? 'new' : 'changed'
}

function firstAdded(file: ChangedFile): number | null {
  return file.added[0]?.number ?? null
}
