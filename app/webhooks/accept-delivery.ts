import type { BaseLogger } from 'pino'
import { type LifeEvent, QueueUnavailableError, type TriggerEvent } from '../../worker/contract/index.ts'
import { isBot } from '../triggers/evaluate-authority.ts'
import { mayAsk } from '../triggers/read-ask.ts'
import type { WebhookAnswer } from './create-webhook-guard.ts'
import { parseLifeEvent } from './parse-life-event.ts'
import { type Delivery, parseTriggerEvent } from './parse-trigger-event.ts'

export interface Intake {
  /** Resolves when the event is written down for good. Throws QueueUnavailableError: nothing was written. */
  accept(event: TriggerEvent): Promise<'accepted' | 'duplicate'>
  /** The same for what an installation or a repository went through. */
  acceptLife(event: LifeEvent): Promise<'accepted' | 'duplicate'>
}

export interface AcceptDeps {
  readonly intake: Intake
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
  if (life.kind === 'event') return acceptLife(deps, life.event)
  const parsed = life.kind === 'invalid' ? life : parseTriggerEvent(delivery)
  if (parsed.kind === 'invalid') {
    deps.log.warn({ deliveryId, event: name, problem: parsed.problem }, 'delivery not understood')
    return { status: 400, message: parsed.problem }
  }
  if (parsed.kind === 'ignored') return { status: 200, message: `ignored: ${parsed.why}` }
  const why = whyNot(parsed.event)
  return why === null ? acceptEvent(deps, parsed.event) : { status: 200, message: `ignored: ${why}` }
}

function acceptEvent({ intake, log }: AcceptDeps, event: TriggerEvent): Promise<WebhookAnswer> {
  const { deliveryId, eventKey } = event
  return acknowledge(log, deliveryId, async () => {
    const taken = await intake.accept(event)
    log.info({ deliveryId, eventKey, taken }, 'trigger event')
    return taken
  })
}

function acceptLife({ intake, log }: AcceptDeps, event: LifeEvent): Promise<WebhookAnswer> {
  const { deliveryId, name } = event
  return acknowledge(log, deliveryId, async () => {
    const taken = await intake.acceptLife(event)
    log.info({ deliveryId, event: name, taken }, 'organisation event taken')
    return taken
  })
}

async function acknowledge(
  log: AcceptDeps['log'],
  deliveryId: string,
  write: () => Promise<string>,
): Promise<WebhookAnswer> {
  try {
    return { status: 202, message: await write() }
  } catch (error) {
    if (!(error instanceof QueueUnavailableError)) throw error
    log.warn({ deliveryId, err: error }, 'the queue is away: GitHub has to send it again')
    return { status: 503, message: 'the queue is away', retryAfterSeconds: 10 }
  }
}

function whyNot(event: TriggerEvent): string | null {
  if (isBot(event.sender)) return 'bots start nothing'
  if (!mayAsk(event)) return 'not a command'
  if (Date.parse(event.receivedAt) - Date.parse(event.occurredAt) > oldestMs) return 'too long ago'
  return null
}
