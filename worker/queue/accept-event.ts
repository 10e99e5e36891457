/**
 * Writing down what came, and nothing else: all that a thread needs that takes webhooks. Delivery, event and outbox are
 * written by one script in Redis, and only then may a webhook be acknowledged. Handing over to BullMQ comes after that.
 */
import type { Redis } from 'ioredis'
import type { IntakeEvent, LifeEvent, PullEvent } from '../contract/index.ts'
import { intakeId } from './intake-id.ts'
import { createLedger, type LedgerEntry } from './ledger.ts'
import { lineOf } from './thread-line.ts'

/** Resolves when the event is written down. Throws QueueUnavailableError: nothing was, ask for it again. */
export type Accept<T> = (event: T) => Promise<'accepted' | 'duplicate'>

/** The queues of events, and what each takes. Pulls ask for no job: much of it keeps nobody waiting who asks. */
export interface EventOf {
  readonly intake: IntakeEvent
  readonly pulls: PullEvent
  readonly life: LifeEvent
}

interface Kind<T> {
  /** What makes two deliveries one event. */
  readonly identityOf: (event: T) => string
  /** The line that it stands in; null: none. */
  readonly lineOf: (event: T) => string | null
}

const kinds: { readonly [Name in keyof EventOf]: Kind<EventOf[Name]> } = {
  intake: { identityOf: ({ eventKey }) => eventKey, lineOf },
  pulls: { identityOf: ({ eventKey }) => eventKey, lineOf: () => null },
  // Each delivery is one: GitHub signs nothing in these by which two could be told apart, and what follows is what GitHub
  // says when it is asked, whoever had us ask.
  life: { identityOf: ({ deliveryId }) => deliveryId, lineOf: () => null },
}

/** `handOver` gets each entry that is new. */
export function createAccept<Name extends keyof EventOf>(
  redis: Redis,
  name: Name,
  handOver: (entry: LedgerEntry) => void,
): Accept<EventOf[Name]> {
  const ledger = createLedger(redis, name)
  const { identityOf, lineOf } = kinds[name]
  return async (event) => {
    const entry = { id: intakeId(identityOf(event)), body: JSON.stringify(event) }
    if (!(await ledger.accept(entry, event.deliveryId, lineOf(event)))) return 'duplicate'
    handOver(entry)
    return 'accepted'
  }
}
