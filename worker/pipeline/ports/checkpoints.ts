/** What one job has already done for good, kept where every worker can read it. */
export interface Checkpoints {
  /** What was saved last, not yet parsed; null where nothing was. */
  load(jobId: string): Promise<unknown>
  /** Replaces what was saved. `value` is plain JSON of at most 1 MiB. Throws FenceLostError when a newer attempt holds the job. */
  save(jobId: string, value: unknown): Promise<void>
}
