import type { ChangeSet, JobRequest, JobSummary } from '../../contract/index.ts'

/** All that publishing a held change needs. */
export interface HeldChange {
  /** Without what its files were before. */
  readonly changeSet: ChangeSet
  /** The tree of the base commit. */
  readonly baseTreeSha: string
  /** Of the job that made it. */
  readonly summary: JobSummary
}

/** Where changes wait for a person, sealed. Methods throw a retryable error where that place is away. */
export interface HeldChanges {
  /**
   * Until when it can be approved; null: it is too large to be kept. Replaces what the job kept earlier. Throws
   * FenceLostError when a newer attempt holds the job.
   */
  keep(request: JobRequest, digest: string, held: HeldChange): Promise<Date | null>
  /** Null where it is gone: expired, rejected, published, or sealed with another key. */
  load(jobId: string): Promise<HeldChange | null>
  forget(jobId: string): Promise<void>
}
