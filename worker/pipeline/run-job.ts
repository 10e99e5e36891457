/**
 * The way of one job: nine steps in order, each a small file in steps/, against the ports that this module declares.
 * Imports contract and the pure gates; never an engine, git, GitHub or the queue. A step ends the job with a value;
 * only what may be tried again, or is a bug, is thrown.
 */
import type { JobRequest, JobSummary, Outcome } from '../contract/index.ts'
import { type Ended, type Handoff, loadCheckpoint } from './checkpoint.ts'
import { finishChange } from './finish-change.ts'
import type { Attempt, Job, PipelinePorts, StepResult } from './job.ts'
import { openJob } from './open-job.ts'
import { orOutcome } from './or-outcome.ts'
import { endOverQuota } from './over-quota.ts'
import { reachVerdict } from './reach-verdict.ts'
import { runElsewhere } from './run-elsewhere.ts'
import { actOnApproval } from './steps/act-on-approval.ts'
import { mergeBase } from './steps/merge.ts'
import { resumeHandOff } from './steps/publish.ts'
import { report, tell } from './steps/report.ts'
import { timed } from './timed.ts'

/**
 * Runs one attempt to its end. Throws what is worth another attempt (its `retryable` is true) and AttemptAbortedError
 * when this one lost the right to act; any other end, failures included, is reported and returned.
 */
export function runJob(request: JobRequest, attempt: Attempt, ports: PipelinePorts): Promise<JobSummary> {
  return openJob(request, attempt, ports, async (job, settle) => {
    const saved = await loadCheckpoint(ports.checkpoints, request.id)
    const summary = await runToEnd(job, saved, settle)
    // Whatever became of it: an approval is used up by its job.
    if (request.approval !== undefined) await ports.held?.forget(request.approval.jobId)
    return summary
  })
}

async function runToEnd(job: Job, saved: Handoff | Ended | null, settle: () => Promise<void>): Promise<JobSummary> {
  if (saved?.kind === 'ended') return timed(job, 'report', () => tell(job, saved))
  const outcome = valueOrEnd(await orOutcome(job, () => runSteps(job, saved)))
  await settle()
  return timed(job, 'report', () => report(job, outcome))
}

async function runSteps(job: Job, handoff: Handoff | null): Promise<StepResult<Outcome>> {
  if (handoff !== null) return timed(job, 'publish', () => resumeHandOff(job, handoff))
  const { approval, joinedTo, overQuota } = job.request
  if (joinedTo !== undefined) {
    return { end: { outcome: 'joined', reason: 'joined-another-job', detail: `job ${joinedTo}` } }
  }
  if (overQuota !== undefined) return endOverQuota(overQuota)
  if (approval !== undefined) return timed(job, 'publish', () => actOnApproval(job, approval))

  const { merges } = job.request
  const merged = merges === undefined ? null : await timed(job, 'clone', () => mergeBase(job, merges))
  if (merged !== null) return { end: merged }

  // Without GitHub there is nowhere to send it: a job on a local repository is done here.
  if (job.request.policy.runsOn === 'actions' && job.request.installationId !== null) return runElsewhere(job)
  const reached = await reachVerdict(job)
  if ('end' in reached) return reached
  const { prepared, cloned, changeSet, stopped } = reached.value
  return finishChange(job, { secrets: prepared.secrets, base: cloned.base, changeSet, stopped })
}

function valueOrEnd(result: StepResult<Outcome>): Outcome {
  return 'end' in result ? result.end : result.value
}
