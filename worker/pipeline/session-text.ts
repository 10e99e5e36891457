/** A session as a later one is told of it: a line for each thing that the agent said or did, the newest last. */
import type { WholeEvent } from './join-pieces.ts'
import { printable } from './output-tail.ts'

/** Of all lines. What is older goes first: how it ended tells more than how it began. */
const maxLength = 12_000
const maxTextLength = 1000
const maxDetailLength = 200

/** `session` with what happened next. Results that are well are left out: the files show what came of them. */
export function withEvent(session: string, event: WholeEvent): string {
  const told = lineOf(event)
  if (told === null) return session
  const line = `- ${oneLine(told)}`
  // Many agents end with the very text that they said last.
  return `\n${session}`.endsWith(`\n${line}`) ? session : joinSessions(session, line)
}

export function joinSessions(earlier: string, later: string): string {
  const whole = [earlier, later].filter((part) => part !== '').join('\n')
  if (whole.length <= maxLength) return whole
  const kept = whole.slice(-maxLength)
  return kept.slice(kept.indexOf('\n') + 1)
}

function lineOf(event: WholeEvent): string | null {
  switch (event.kind) {
    case 'text':
    case 'result':
      return `said: ${event.text.slice(0, maxTextLength)}`
    case 'tool':
      return `used ${event.name}: ${event.detail.slice(0, maxDetailLength)}`
    case 'tool-result':
      return event.ok ? null : `which failed: ${event.detail.slice(0, maxDetailLength)}`
    default:
      return null
  }
}

/** One line each, so that none of them ends the frame that it will be quoted in. */
function oneLine(text: string): string {
  return printable(text).replaceAll(/\s+/g, ' ').trim()
}
