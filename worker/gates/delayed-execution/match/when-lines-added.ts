import type { Severity } from '../../../contract/index.ts'
import type { AddedLine, ChangedFile } from '../../change/view-change.ts'
import type { Match } from '../rule.ts'

/** Fires for added lines that match. Patterns must be bounded: a line may be megabytes long. */
export function whenLinesAdded(
  what: string,
  matches: (line: AddedLine, file: ChangedFile) => boolean,
  weigh?: (file: ChangedFile) => Severity | undefined,
): Match {
  return (file) => {
    const severity = weigh?.(file)
    return file.added
      .filter((line) => matches(line, file))
      .map((line) => ({ what, line: line.number, ...(severity === undefined ? {} : { severity }) }))
  }
}
