/**
 * The figures of the queues, in milliseconds unless they say otherwise. A worker that is killed is noticed when its
 * lock is over and two stalled checks have passed: 12 s + 2 × 5 s, well within the 30 s that are promised.
 */
export interface QueueTiming {
  /** A worker that did not renew for so long has lost its job. Renewed at half of it. */
  readonly lockMs: number
  readonly stalledCheckMs: number
  /** How often, and from which age on, accepted entries that BullMQ does not know yet are carried over. */
  readonly sweepMs: number
  /** First delay after a failure that may pass; doubled each time. */
  readonly backoffMs: number
}

export const productionTiming: QueueTiming = { lockMs: 12_000, stalledCheckMs: 5000, sweepMs: 5000, backoffMs: 5000 }

export const longestBackoffMs = 10 * 60_000
/** A rate limit lasts at most an hour; no answer of a server may park a job for longer. */
export const longestRetryAfterMs = 65 * 60_000

/** Crashes that a job survives. One more and it is a poison job. */
export const crashesSurvived = 3
/** Failures that may pass before a job is given up. */
export const triesPerJob = 8
/** Further tries to tell the requester that it was given up. */
export const triesToTell = 8

/** Longer than the 30 days in which a delivery may come again. */
export const ledgerSeconds = 40 * 24 * 3600

export const queueNames = { intake: 'intake', pulls: 'pulls', jobs: 'jobs', life: 'life' } as const
export type QueueName = keyof typeof queueNames
/** Prefix of BullMQ's own keys. */
export const queuePrefix = 'airlock'
