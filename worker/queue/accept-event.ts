/**
 * Writing down what came, and nothing else: all that a thread needs that takes webhooks. Delivery, event and outbox are
 * written by one script in Redis, and only then may a webhook be acknowledged. Handing over to BullMQ comes after that.
 */
import { hash } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { IntakeEvent, LifeEvent, PullEvent } from '../contract/index.ts'
import { createLedger, type LedgerEntry } from './ledger.ts'

/** Resolves when the event is written down. Throws QueueUnavailableError: nothing was, ask for it again. */
export type Accept<T> = (event: T) => Promise<'accepted' | 'duplicate'>

/** The queues of events, and what each takes. Pulls ask for no job: much of it keeps nobody waiting who asks. */
export interface EventOf {
  readonly intake: IntakeEvent
  readonly pulls: PullEvent
  readonly life: LifeEvent
}

/** BullMQ's id and the ledger's key of an event: closed alphabet, whatever the event's key is made of. */
export function intakeId(eventKey: string): string {
  return hash('sha256', eventKey)
}

/**
 * What makes two deliveries one event. Of those of an organisation each is one: GitHub signs nothing in these by which two
 * could be told apart, and what follows is what GitHub says when it is asked, whoever had us ask.
 */
const identities: { readonly [Name in keyof EventOf]: (event: EventOf[Name]) => string } = {
  intake: ({ eventKey }) => eventKey,
  pulls: ({ eventKey }) => eventKey,
  life: ({ deliveryId }) => deliveryId,
}

/** `handOver` gets each entry that is new. */
export function createAccept<Name extends keyof EventOf>(
  redis: Redis,
  name: Name,
  handOver: (entry: LedgerEntry) => void,
): Accept<EventOf[Name]> {
  const ledger = createLedger(redis, name)
  const identityOf = identities[name]
  return async (event) => {
    const entry = { id: intakeId(identityOf(event)), body: JSON.stringify(event) }
    if (!(await ledger.accept(entry, event.deliveryId))) return 'duplicate'
    handOver(entry)
    return 'accepted'
  }
}
