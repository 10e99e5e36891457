import type { ChangedFile } from '../../change/view-change.ts'
import type { Hit, Match } from '../rule.ts'

/** Fires for a file that is new or changed: for what cannot be judged by its meaning. */
export function whenChanged(): Match {
  return (file) => (file.after === null ? [] : [{ what: `This file is ${stateOf(file)}.`, line: firstAdded(file) }])
}

/**
 * The same for programs, and milder where no line is new: what is left ran before. Not for configuration, where the line
 * that is gone may be the one that forbade something.
 */
export function whenProgramChanged(): Match {
  const fires = whenChanged()
  return (file, change) =>
    hasNewLines(file)
      ? fires(file, change)
      : fires(file, change).map((hit) => ({
          ...hit,
          what: 'This file has fewer lines, or others in front.',
          severity: 'hold',
        }))
}

/** Fires for a deletion too: for files whose absence lets something through. */
export function whenChangedOrDeleted(): Match {
  return (file): Hit[] => [{ what: `This file is ${stateOf(file)}.`, line: firstAdded(file) }]
}

function hasNewLines({ before, after, added }: ChangedFile): boolean {
  if (added.length > 0 || before === null || after === null || before.mode !== after.mode) return true
  return before.text === null || after.text === null
}

function stateOf(file: ChangedFile): string {
  if (file.after === null) return 'deleted'
  return file.before === null ? 'new' : 'changed'
}

function firstAdded(file: ChangedFile): number | null {
  return file.added[0]?.number ?? null
}
