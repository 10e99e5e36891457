import type { ChangeSet, Outcome } from '../contract/index.ts'
import type { Job, StepResult } from './job.ts'
import { judge } from './judge.ts'
import { readEarlierSessions } from './sessions.ts'
import { firstTurn, runAgent } from './steps/agent.ts'
import { type Cloned, clone } from './steps/clone.ts'
import { endOfVerdict } from './steps/gate.ts'
import { layConflict } from './steps/lay-conflict.ts'
import { mend } from './steps/mend.ts'
import { type Prepared, prepare } from './steps/prepare.ts'
import { seal } from './steps/seal.ts'
import { setup } from './steps/setup.ts'
import { timed } from './timed.ts'
import { createWarmStart, type WarmStart } from './warm-start.ts'
import { whileChecked } from './while-checked.ts'

/** A change that the gates have looked at. */
export interface Reached {
  readonly prepared: Prepared
  readonly cloned: Cloned
  readonly changeSet: ChangeSet
  /** Why it may not be published as it is; null where it may. */
  readonly stopped: Outcome | null
}

/** From `prepare` to `gate`: all that happens to a job before anything of it is shown to anybody. */
export async function reachVerdict(job: Job): Promise<StepResult<Reached>> {
  const { merges } = job.request
  await using warm = createWarmStart(job)
  const begun = await begin(job, warm)
  if ('end' in begun) return begun
  const { prepared, cloned } = begun.value
  const setUp = await timed(job, 'setup', () => setup(job, prepared, cloned))
  if ('end' in setUp) return setUp
  const sealed = await timed(job, 'seal', () => seal(job, prepared, cloned, warm))
  if ('end' in sealed) return sealed
  const laid = merges === undefined ? sealed : await layConflict(job, prepared, cloned, sealed.value, merges)
  if ('end' in laid) return laid
  await readEarlierSessions(job)
  const ran = await timed(job, 'agent', () =>
    whileChecked(job, laid.value, (job) => runAgent(job, prepared, firstTurn(job))),
  )
  if ('end' in ran) return ran
  const judged = await judge(job, prepared, cloned, laid.value)
  if ('end' in judged) return judged
  const { changeSet, results } = await mend(job, prepared, cloned, laid.value, judged.value)
  const stopped = endOfVerdict(results)
  return { value: { prepared, cloned, changeSet, stopped } }
}

/** All that the steps before the first sandbox were given is taken back before there is one. */
async function begin(job: Job, warm: WarmStart): Promise<StepResult<Pick<Reached, 'prepared' | 'cloned'>>> {
  await using _ = job.ports.rights.hold(job.request, 'read')
  const prepared = await timed(job, 'prepare', () => prepare(job, warm))
  if ('end' in prepared) return prepared
  const cloned = await timed(job, 'clone', () => clone(job, prepared.value, warm))
  if ('end' in cloned) return cloned
  return { value: { prepared: prepared.value, cloned: cloned.value } }
}
