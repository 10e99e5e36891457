import type { Place } from '../contract/index.ts'

/** How long a change waits for a person. */
export const heldSeconds = 14 * 24 * 3600

/** How many blocked changes are kept: nobody takes them away but time, and they must not fill Redis. */
export const mostBlocked = 100

/** What is kept of one job: an entry for the operator, the sealed change, and for one that waits its request. */
export const heldKeyPrefix = 'airlock:held:job:'

export function heldKey(jobId: string): string {
  return `${heldKeyPrefix}${jobId}`
}

/** Jobs whose blocked change is kept, by when that was. */
export const blockedIndexKey = 'airlock:held:blocked'

/** What is or was held in one place: per job its entry, and beside it the decision. */
export function heldPlaceKey({ repository, number }: Place): string {
  return `${heldPlacesOf(repository)}${number}`
}

/** What the keys of all places of a repository begin with. */
export const heldPlacesOf = (repository: number) => `airlock:held:on:${repository}:`

/** No job's id has a colon in it. */
export const decisionField = (jobId: string) => `${jobId}:decision`
