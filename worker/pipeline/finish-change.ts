import type { ChangeSet, Outcome } from '../contract/index.ts'
import type { Job, StepResult } from './job.ts'
import type { MaterialisedBase } from './ports/index.ts'
import { readCodeOwners } from './read-code-owners.ts'
import { readTemplate } from './read-template.ts'
import { rebase } from './rebase.ts'
import { block } from './steps/block.ts'
import { hold } from './steps/hold.ts'
import { mergedOn } from './steps/merge.ts'
import type { Prepared } from './steps/prepare.ts'
import { type Made, type PublishOptions, publish } from './steps/publish.ts'
import { timed } from './timed.ts'

/** A change that the gates of this machine have looked at, wherever it was made. */
export interface ToFinish {
  readonly secrets: Prepared['secrets']
  readonly base: MaterialisedBase
  readonly changeSet: ChangeSet
  /** Why it may not be published as it is; null where it may. */
  readonly stopped: Outcome | null
}

/** Keeps it for the operator, keeps it until a person decides, or publishes it. */
export async function finishChange(job: Job, change: ToFinish): Promise<StepResult<Outcome>> {
  const { changeSet, stopped } = change
  if (stopped?.outcome === 'blocked') return { end: await block(job, changeSet, stopped) }
  const made = await madeOf(job, change)
  if ('end' in made) return made
  if (stopped !== null) return { end: await hold(job, made.value, changeSet, stopped) }
  return timed(job, 'publish', async () => publish(job, made.value, await optionsOf(job, change)))
}

/** What the agent made of a conflict goes out together with what the base branch brought. */
async function madeOf(job: Job, { base, changeSet }: ToFinish): Promise<StepResult<Made>> {
  const { conflict } = job.facts
  if (conflict !== null) return mergedOn(job, conflict, changeSet.treeSha)
  return { value: { changeSet, baseTreeSha: base.treeSha } }
}

async function optionsOf(job: Job, { secrets, base, changeSet }: ToFinish): Promise<PublishOptions> {
  const template = await readTemplate(job, base)
  const owners = await readCodeOwners(job, base)
  if (job.request.continues !== undefined) return { template, owners, rebase: null }
  return { template, owners, rebase: (head) => rebase(job, { secrets }, changeSet, head) }
}
