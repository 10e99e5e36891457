import { type DeliveryState, type MissedDelivery, mostMissedDeliveries } from '../../worker/contract/index.ts'

/** One attempt in GitHub's list of what it sent to the App. */
export interface ListedDelivery {
  readonly id: number
  readonly guid: string
  /** ISO 8601, in UTC. */
  readonly deliveredAt: string
  /** What the receiver answered; 0 where it gave no answer. */
  readonly statusCode: number
  /** False: it is the first attempt. */
  readonly redelivery: boolean
  /** True for an event that can ask for something. */
  readonly wanted: boolean
}

const minuteMs = 60_000
/** An attempt is in the list when it has ended, which takes 10 s; clocks differ. */
const overlapMs = 10 * minuteMs
/** As long as GitHub keeps them. */
export const keptMs = 3 * 24 * 60 * minuteMs
const firstPauseMs = 2 * minuteMs
const longestPauseMs = 6 * 60 * minuteMs

/** From when on the list has to be read. Where nobody has looked before, no further back than the overlap. */
export function lookFrom(state: DeliveryState | null, now: number): number {
  const lookedAt = state === null ? now : Date.parse(state.lookedAt)
  return Math.max(lookedAt - overlapMs, now - keptMs)
}

/**
 * What is missed after another look: attempts that nobody took, until one of the same delivery was taken. Listed in any
 * order; those of the last look may be among them again.
 */
export function updateMissed(
  state: DeliveryState | null,
  listed: readonly ListedDelivery[],
  now: number,
): readonly MissedDelivery[] {
  const missed = new Map((state?.missed ?? []).map((one) => [one.guid, one]))
  for (const attempt of listed.toSorted((one, other) => one.id - other.id)) {
    const before = missed.get(attempt.guid)
    if (wasTaken(attempt.statusCode)) missed.delete(attempt.guid)
    else if (before !== undefined) missed.set(attempt.guid, { ...before, id: Math.max(before.id, attempt.id) })
    // One that was given up must not begin anew with its last redelivery.
    else if (attempt.wanted && !attempt.redelivery) {
      const { id, guid, deliveredAt } = attempt
      missed.set(guid, { id, guid, deliveredAt, asked: 0, notBefore: deliveredAt })
    }
  }
  return [...missed.values()]
    .filter(({ deliveredAt }) => Date.parse(deliveredAt) > now - keptMs)
    .toSorted((one, other) => one.id - other.id)
    .slice(-mostMissedDeliveries)
}

/** A body that we have read and refused is refused again. */
const wasTaken = (status: number) => (status >= 200 && status < 300) || status === 400 || status === 413

/** Whether to ask for it now. */
export const isDue = ({ notBefore }: MissedDelivery, now: number) => Date.parse(notBefore) <= now

/** What is known once it was asked for: the next time comes after twice the pause, up to six hours. */
export function afterAsking(missed: MissedDelivery, now: number): MissedDelivery {
  const pauseMs = Math.min(firstPauseMs * 2 ** missed.asked, longestPauseMs)
  return { ...missed, asked: missed.asked + 1, notBefore: new Date(now + pauseMs).toISOString() }
}
