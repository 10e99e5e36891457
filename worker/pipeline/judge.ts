import type { ChangeSet, GateResult } from '../contract/index.ts'
import type { Job, StepResult } from './job.ts'
import type { Cloned } from './steps/clone.ts'
import { collect } from './steps/collect.ts'
import { gate } from './steps/gate.ts'
import type { Prepared } from './steps/prepare.ts'
import type { Sealed } from './steps/seal.ts'
import { timed } from './timed.ts'

/** A change, and what the gates say of it. */
export interface Judged {
  readonly changeSet: ChangeSet
  readonly results: readonly GateResult[]
}

/** Takes what the agent left, and asks the gates about it. */
export async function judge(job: Job, prepared: Prepared, cloned: Cloned, sealed: Sealed): Promise<StepResult<Judged>> {
  const collected = await timed(job, 'collect', () => collect(job, sealed))
  if ('end' in collected) return collected
  const changeSet = collected.value
  const results = await timed(job, 'gate', () => gate(job, prepared, cloned, changeSet))
  return { value: { changeSet, results } }
}
