import type { StepName } from './names.ts'

/** A job on its way, as people see it. Times in milliseconds. */
export interface JobProgress {
  readonly step: StepName
  /** Since the attempt began. */
  readonly elapsedMs: number
  readonly finished: readonly { readonly step: StepName; readonly durationMs: number }[]
  /** The last thing the agent said or did, bounded; not to be trusted. */
  readonly activity: string | null
  /** Of the model, so far, in US dollars. */
  readonly costUsd: number
}
