import type { BaseLogger } from 'pino'
import { handleTrigger, type TriggerResult } from '../../app/intake/handle-trigger.ts'
import type { Repositories } from '../../app/intake/ports.ts'
import type { OperatorPolicy } from '../../app/repo-policy/operator/operator-policy.ts'
import type { JobRequest, TriggerEvent } from '../../worker/contract/index.ts'

export interface TakeDeps {
  readonly repositories: Repositories
  readonly operatorPolicy: OperatorPolicy
  readonly log: Pick<BaseLogger, 'info' | 'warn'>
  readonly now: () => number
}

export interface Taken {
  readonly result: TriggerResult
  /** Null: nothing is to be worked on. */
  readonly request: JobRequest | null
}

/**
 * What the app makes of an event, with no queue behind it: the job runs here and now. Both halves of a job take the ask
 * for themselves, so that neither has to believe the other who asked for what.
 */
export async function takeAsk(deps: TakeDeps, event: TriggerEvent, signal: AbortSignal): Promise<Taken> {
  const enqueued: JobRequest[] = []
  const jobs = {
    async enqueue(request: JobRequest) {
      enqueued.push(request)
      return { position: 0, startsInMs: null }
    },
  }
  const attempt = { signal, fence: { check: async () => {} } }
  const result = await handleTrigger(
    { ...deps, jobs, held: null, threads: null, policyIssues: noIssues, onPolicy: noSchedules },
    event,
    attempt,
  )
  return { result, request: enqueued[0] ?? null }
}

/** Nobody looks at the clock. */
const noSchedules = async () => {}

/** Nobody would know the next time that an issue was opened. */
const noIssues = { claim: async () => false, note: async () => {}, forget: async () => null }
