export type Payload = Readonly<Record<string, unknown>>

const meaningful: ReadonlySet<string> = new Set([
  'issues',
  'issue_comment',
  'pull_request_review_comment',
  'pull_request_review',
  'pull_request',
  'check_run',
  'check_suite',
  'ping',
])

/**
 * Is this body one that GitHub sends under this event's name? The name is not signed: whoever has seen one signed body
 * could send it again under another name.
 */
export function eventFitsPayload(event: string, payload: Payload): boolean {
  return eventOf(payload) === (meaningful.has(event) ? event : null)
}

/** Of the events that mean something to us, the one that a body with these keys belongs to. */
function eventOf(payload: Payload): string | null {
  if (Object.hasOwn(payload, 'issue')) return Object.hasOwn(payload, 'comment') ? 'issue_comment' : 'issues'
  if (Object.hasOwn(payload, 'pull_request')) return eventOfPull(payload)
  // The status of a deployment has one too.
  if (Object.hasOwn(payload, 'check_run') && !Object.hasOwn(payload, 'deployment')) return 'check_run'
  if (Object.hasOwn(payload, 'check_suite')) return 'check_suite'
  return Object.hasOwn(payload, 'zen') ? 'ping' : null
}

function eventOfPull(payload: Payload): string | null {
  if (Object.hasOwn(payload, 'comment')) return 'pull_request_review_comment'
  if (Object.hasOwn(payload, 'review')) return 'pull_request_review'
  // A review thread's event has a pull request too, and a thread.
  return Object.hasOwn(payload, 'number') && !Object.hasOwn(payload, 'thread') ? 'pull_request' : null
}
