import type { Policy } from '../../worker/contract/index.ts'
import type { ReviewNotes } from '../triggers/compose-task.ts'
import type { Ask } from '../triggers/read-ask.ts'
import { commentsTask, withoutCommands } from '../triggers/read-task.ts'
import type { Thread } from './ports.ts'

/** What is read from more than the event itself. */
type NeedsMore = 'none' | 'retry' | 'rebase' | 'continue' | 'changes-requested'

export type AskWithNotes =
  | (Extract<Ask, { kind: 'run' }> & { readonly notes: ReviewNotes })
  | Exclude<Ask, { kind: NeedsMore | 'run' | 'run-comments' }>

/** Adds what stands on lines of the diff to a task. A review whose summary is the command alone needs comments. */
export async function withNotes(
  ask: Exclude<Ask, { kind: NeedsMore }>,
  thread: Pick<Thread, 'notes'>,
  { command }: Pick<Policy['triggers'], 'command'>,
): Promise<AskWithNotes> {
  if (ask.kind !== 'run' && ask.kind !== 'run-comments') return ask
  const notes = withoutCommands(await thread.notes(), command)
  if (ask.kind === 'run') return { ...ask, notes }
  return notes.notes.length === 0
    ? { kind: 'help' }
    : { kind: 'run', task: commentsTask, agent: null, anyway: false, notes }
}
