import type { ChangeSet, HeldEntry, JobRequest, JobSummary } from '../../contract/index.ts'

/** All that publishing a held change needs. */
export interface HeldChange {
  readonly kind: 'change'
  /** Without what its files were before. */
  readonly changeSet: ChangeSet
  /** The tree of the base commit. */
  readonly baseTreeSha: string
  /** The change as git writes it, for people; null where it is too large. */
  readonly patch: Uint8Array | null
  /** Of the job that made it. */
  readonly summary: JobSummary
}

/** All that letting CI run on a published change needs. */
export interface HeldCi {
  readonly kind: 'ci'
  readonly branch: string
  readonly commit: string
  readonly pullRequestUrl: string
  /** Of the job that published it. */
  readonly summary: JobSummary
}

/** What a person may decide on. */
export type Held = HeldChange | HeldCi

/** What the operator may read of a change that a gate blocked. It has no change set: nothing could be published of it. */
export interface BlockedChange {
  readonly kind: 'blocked'
  readonly digest: string
  readonly patch: Uint8Array
  readonly summary: JobSummary
}

export type Kept = Held | BlockedChange

/** Where it waits: the issue or pull request on which a person decides, and what they name it by. */
export type HeldPlace = Pick<HeldEntry, 'digest'> & { readonly number: number }

/** What waits for a person, sealed. Methods throw a retryable error where that place is away. */
export interface HeldChanges {
  /**
   * The issue to decide on what a schedule had done, or was asked for over the API; null for what was asked for
   * elsewhere, and where none can be had.
   * Opened once. Throws HandoffError, FenceLostError.
   */
  placeFor(request: JobRequest, signal: AbortSignal): Promise<JobRequest['subject']>
  /**
   * Until when it can be approved; null: it is too large to be kept. Replaces what the job kept earlier. Throws
   * FenceLostError when a newer attempt holds the job.
   */
  keep(request: JobRequest, place: HeldPlace, held: Held): Promise<Date | null>
  /** Null where it is gone: expired, rejected, approved before, or sealed with another key. */
  load(jobId: string): Promise<Held | null>
  forget(jobId: string): Promise<void>
}

/** Blocked changes, sealed, for the operator alone. Methods throw a retryable error where that place is away. */
export interface BlockedChanges {
  /** Until when; null: it is too large to be kept. Replaces what the job kept earlier. Throws FenceLostError. */
  keep(request: JobRequest, blocked: BlockedChange): Promise<Date | null>
  forget(jobId: string): Promise<void>
}
