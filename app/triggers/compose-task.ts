import type { TriggerEvent } from '../../worker/contract/index.ts'

export interface ComposedTask {
  readonly text: string
  /** So many characters at its beginning are the person's own words. */
  readonly askedLength: number
}

/** Of a pull request of ours: what was asked and what was done stand first, and tables that tell an agent nothing after. */
const mostOfOwn = 8000

/**
 * The text that the agent is given: what the person wrote, and the issue or pull request as they saw it. Made from the
 * payload alone: an edit afterwards, or a later comment, is not read. `isOwn`: it goes on with what a job of ours made.
 */
export function composeTask(event: TriggerEvent, task: string | null, isOwn = false): ComposedTask {
  const { kind, number, title, body } = event.subject
  if (task === null) return { text: joinParts([title, body]), askedLength: 0 }
  const about = kind === 'issue' ? `Issue #${number}` : `Pull request #${number}`
  const told = isOwn && body.length > mostOfOwn ? `${body.slice(0, mostOfOwn)}\n…` : body
  const text = joinParts([task, `This was asked on ${about}: ${title}`, told])
  return { text, askedLength: askedWords(task).length }
}

/** What the person wrote, as it begins the text. */
export function askedWords(task: string): string {
  return joinParts([task])
}

function joinParts(parts: readonly string[]): string {
  return parts
    .map((part) => part.replaceAll('\r\n', '\n').trim())
    .filter((part) => part !== '')
    .join('\n\n')
}
