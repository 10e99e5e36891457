import type { ChangeSet, JobRequest, JobSummary, Outcome } from '../contract/index.ts'
import { digestOfChange } from './digest-of-change.ts'
import type { Attempt, Job, PipelinePorts, StepResult } from './job.ts'
import { openJob } from './open-job.ts'
import { orOutcome } from './or-outcome.ts'
import { type Reached, reachVerdict } from './reach-verdict.ts'
import { summarise } from './summarise.ts'

/** What the first half of a job has to hand over to whoever holds the right to publish. */
export interface Worked {
  /** Also of a change that a gate held. Null: there is nothing to publish or to decide on; how it ended is in the summary. */
  readonly changeSet: ChangeSet | null
  /** For people to read; null where there is none, it is too large, or it may show a secret. */
  readonly patch: Uint8Array | null
  readonly summary: JobSummary
}

const ready: Outcome = { outcome: 'published', reason: 'pull-request-opened' }

/**
 * A job from `prepare` to `gate`, for a machine that may not publish. Nobody is told anything from here: the other half
 * asks the gates again, publishes, and reports. `handsOverHeld`: it has a place where a held change waits for a person.
 */
export function workJob(
  request: JobRequest,
  attempt: Attempt,
  ports: PipelinePorts,
  { handsOverHeld }: { readonly handsOverHeld: boolean },
): Promise<Worked> {
  return openJob(request, attempt, ports, async (job, settle) => {
    const reached = await orOutcome(job, () => reachVerdict(job))
    await settle()
    const patch = 'end' in reached ? null : await readPatch(job, reached.value)
    const stopped = endOf(reached)
    const goesOn = stopped === null || (stopped.outcome === 'held' && handsOverHeld)
    const changeSet = 'value' in reached && goesOn ? reached.value.changeSet : null
    if (changeSet === null) job.audit.append('outcome', { ...stopped, branch: null, commit: null })
    else job.audit.append('handover', { digest: digestOfChange(changeSet), files: changeSet.files.length })
    return { changeSet, patch, summary: summarise(job, stopped ?? ready) }
  })
}

function endOf(reached: StepResult<Reached>): Outcome | null {
  return 'end' in reached ? reached.end : reached.value.stopped
}

/** A finding never shows a secret; the lines around it would. */
async function readPatch({ ports, folders, facts, attempt }: Job, { changeSet }: Reached): Promise<Uint8Array | null> {
  const mayShowSecret = facts.gates.some(({ gate, findings }) => gate === 'secrets' && findings.length > 0)
  return mayShowSecret ? null : ports.source.patch(folders.repository, changeSet, attempt.signal)
}
