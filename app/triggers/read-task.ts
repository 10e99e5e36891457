import type { WrittenIn } from '../../worker/contract/index.ts'
import type { ReviewNotes } from './compose-task.ts'
import { parseSlashCommand } from './parse-slash-command.ts'

/** What a review asks for whose summary is the command alone. */
export const commentsTask = 'Do what the comments of this review ask for.'

/** The task that these words are; null: they are none. */
export function readTask(body: string, writtenIn: WrittenIn | 'opened', command: string): string | null {
  const read = parseSlashCommand(body, command)
  if (read.kind === 'task' || read.kind === 'anyway' || read.kind === 'continue') return read.task
  return read.kind === 'bare' && writtenIn === 'review' ? commentsTask : null
}

/** A comment of a review that is a command has a job of its own. */
export function withoutCommands({ notes, leftOut }: ReviewNotes, command: string): ReviewNotes {
  return { notes: notes.filter(({ text }) => parseSlashCommand(text, command).kind === 'none'), leftOut }
}
