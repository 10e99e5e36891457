import type { BaseLogger } from 'pino'
import { type IntakeEvent, type LifeEvent, type PullEvent, QueueUnavailableError } from '../../worker/contract/index.ts'
import { isBot } from '../triggers/evaluate-authority.ts'
import { mayAsk } from '../triggers/read-ask.ts'
import type { WebhookAnswer } from './create-webhook-guard.ts'
import { isOfChecks, type ParsedClick, parseClick } from './parse-click.ts'
import { parseLifeEvent } from './parse-life-event.ts'
import { mayChangePolicy, type ParsedPull, parsePullEvent } from './parse-pull-event.ts'
import { canAsk, type ParsedEvent, parseTriggerEvent } from './parse-trigger-event.ts'
import type { Delivery } from './read-common.ts'

export interface Intake {
  /** Resolves when the event is written down for good. Throws QueueUnavailableError: nothing was written. */
  accept(event: IntakeEvent): Promise<'accepted' | 'duplicate'>
  /** The same for what an installation or a repository went through. */
  acceptLife(event: LifeEvent): Promise<'accepted' | 'duplicate'>
}

/** For what asks for no job: it is kept apart, so that much of it keeps nobody waiting who asks. */
export interface PullIntake {
  /** As Intake's. */
  accept(event: PullEvent): Promise<'accepted' | 'duplicate'>
}

export interface AcceptDeps {
  readonly intake: Intake
  readonly pulls: PullIntake
  readonly log: Pick<BaseLogger, 'info' | 'warn'>
}

/**
 * GitHub offers a delivery again for three days. The ledger remembers longer than this, so that a body that was
 * caught and is sent once more after the ledger forgot it is still not taken for news.
 */
const oldestMs = 7 * 24 * 60 * 60 * 1000

/**
 * Everything between a proven delivery and its acknowledgement: one call, to the ledger. Not async itself: the payload,
 * fifty times as large as the event, would be kept for as long as the ledger takes.
 */
export function acceptDelivery(deps: AcceptDeps, delivery: Delivery): WebhookAnswer | Promise<WebhookAnswer> {
  const { deliveryId, event: name } = delivery
  if (name === 'ping') return { status: 200, message: 'pong' }
  const life = parseLifeEvent(delivery)
  if (life.kind === 'event') {
    const { event } = life
    const told = { deliveryId, event: event.name }
    return acknowledge(deps, told, { what: 'organisation event taken', accept: () => deps.intake.acceptLife(event) })
  }
  const alsoAsks = openedWithCommand(delivery)
  if (alsoAsks !== null) return acceptBoth(deps, alsoAsks, parsePullEvent(delivery))
  const parsed = life.kind === 'invalid' ? life : parse(delivery)
  if (parsed.kind === 'invalid') {
    deps.log.warn({ deliveryId, event: name, problem: parsed.problem }, 'delivery not understood')
    return { status: 400, message: parsed.problem }
  }
  if (parsed.kind === 'ignored') return { status: 200, message: `ignored: ${parsed.why}` }
  if (parsed.kind === 'pull') return acceptPull(deps, parsed.event)
  const why = whyNot(parsed)
  if (why !== null) return { status: 200, message: `ignored: ${why}` }
  return acceptAsk(deps, parsed.event)
}

function acceptAsk(deps: AcceptDeps, event: IntakeEvent): Promise<WebhookAnswer> {
  return acknowledge(deps, event, { what: 'trigger event', accept: () => deps.intake.accept(event) })
}

function acceptPull(deps: AcceptDeps, event: PullEvent): Promise<WebhookAnswer> {
  return acknowledge(deps, event, { what: 'pull request', accept: () => deps.pulls.accept(event) })
}

/** A new pull request may bring a policy, and ask for something too. */
async function acceptBoth(deps: AcceptDeps, asked: IntakeEvent, pull: ParsedPull): Promise<WebhookAnswer> {
  const answer = await acceptAsk(deps, asked)
  return pull.kind === 'pull' && answer.status === 202 ? acceptPull(deps, pull.event) : answer
}

function openedWithCommand(delivery: Delivery): IntakeEvent | null {
  const { event, payload } = delivery
  if (!mayChangePolicy(event, payload.action) || !canAsk(event, payload.action)) return null
  const parsed = parseTriggerEvent(delivery)
  return parsed.kind === 'event' && whyNot(parsed) === null ? parsed.event : null
}

/** These keys are all that the log has of it: never what somebody wrote. */
async function acknowledge(
  { log }: AcceptDeps,
  { deliveryId, eventKey, event }: { readonly deliveryId: string; readonly eventKey?: string; readonly event?: string },
  { what, accept }: { readonly what: string; readonly accept: () => Promise<'accepted' | 'duplicate'> },
): Promise<WebhookAnswer> {
  const told = { deliveryId, ...(eventKey === undefined ? { event } : { eventKey }) }
  try {
    const taken = await accept()
    log.info({ ...told, taken }, what)
    return { status: 202, message: taken }
  } catch (error) {
    if (!(error instanceof QueueUnavailableError)) throw error
    log.warn({ deliveryId, err: error }, 'the queue is away: GitHub has to send it again')
    return { status: 503, message: 'the queue is away', retryAfterSeconds: 10 }
  }
}

function parse(delivery: Delivery): ParsedEvent | ParsedClick | ParsedPull {
  const { event, payload } = delivery
  const asksOnly = canAsk(event, payload.action) && !mayChangePolicy(event, payload.action)
  if (event === 'pull_request' && !asksOnly) return parsePullEvent(delivery)
  return isOfChecks(event) ? parseClick(delivery) : parseTriggerEvent(delivery)
}

function whyNot({ kind, event }: Extract<ParsedEvent | ParsedClick, { kind: 'event' | 'click' }>): string | null {
  if (isBot(event.sender)) return 'bots start nothing'
  // The time of a press is its job's, and the book of jobs forgets that before the ledger forgets the press.
  if (kind === 'click') return null
  if (!mayAsk(event)) return 'not a command'
  if (Date.parse(event.receivedAt) - Date.parse(event.occurredAt) > oldestMs) return 'too long ago'
  return null
}
