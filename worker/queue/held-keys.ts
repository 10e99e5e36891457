import type { Place } from '../contract/index.ts'

/** How long a change waits for a person. */
export const heldSeconds = 14 * 24 * 3600

/** A held job's request and its sealed change. */
export function heldKey(jobId: string): string {
  return `airlock:held:job:${jobId}`
}

/** What is or was held in one place: per job its entry, and beside it the decision. */
export function heldPlaceKey({ repository, number }: Place): string {
  return `airlock:held:on:${repository}:${number}`
}

/** No job's id has a colon in it. */
export const decisionField = (jobId: string) => `${jobId}:decision`
