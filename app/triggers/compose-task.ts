import type { TriggerEvent } from '../../worker/contract/index.ts'

/**
 * The text that the agent is given: what the person wrote, and the issue or pull request as they saw it. Made from the
 * payload alone: an edit afterwards, or a later comment, is not read.
 */
export function composeTask(event: TriggerEvent, task: string | null): string {
  const { kind, number, title, body } = event.subject
  if (task === null) return joinParts([title, body])
  const about = kind === 'issue' ? `Issue #${number}` : `Pull request #${number}`
  return joinParts([task, `This was asked on ${about}: ${title}`, body])
}

function joinParts(parts: readonly string[]): string {
  return parts
    .map((part) => part.replaceAll('\r\n', '\n').trim())
    .filter((part) => part !== '')
    .join('\n\n')
}
