import { type ChangeSet, isQuarantined, type JobSummary, type Outcome } from '../../contract/index.ts'
import type { Handoff } from '../checkpoint.ts'
import { digestOfChange } from '../digest-of-change.ts'
import type { Facts, Job, StepResult } from '../job.ts'
import type { Published } from '../ports/index.ts'
import { summarise } from '../summarise.ts'

/**
 * Uploads the commit, writes down that it exists, and hands it off. While it is uploaded, which nobody can see, the
 * authority is asked again: the agent's work took a while, and whoever lost the right to ask gets no pull request.
 */
export async function publish(
  job: Job,
  baseTreeSha: string,
  changeSet: ChangeSet,
  template: string | null,
): Promise<StepResult<Outcome>> {
  const { ports, request, folders, attempt } = job
  const branch = ports.wording.branch(request)
  if (isQuarantined(request)) job.facts.quarantine = { digest: digestOfChange(changeSet) }
  const summary = summarise(job, outcomeFor(job))
  const { title, body } = ports.wording.pullRequest(request, summary, template)
  await attempt.fence.check()
  const staged = ports.publisher.stage(
    {
      request,
      changeSet,
      baseTreeSha,
      repository: folders.repository,
      commitMessage: ports.wording.commitMessage(request),
      fence: attempt.fence,
    },
    attempt.signal,
  )
  const rechecked = ports.authority.recheck(request, attempt.signal)
  // Both are waited for, whatever becomes of either: an upload that goes on alone would have a live token.
  await Promise.allSettled([staged, rechecked])
  const refused = await rechecked
  if (refused !== null) return { end: refused }
  const commit = await staged
  // What is handed off cannot be taken back.
  await attempt.settle()
  const handoff: Handoff = { kind: 'handoff', branch, commit, title, body, summary }
  await ports.checkpoints.save(request.id, handoff)
  return handOff(job, handoff)
}

/** What an earlier attempt had ready when it died. Time has passed: the authority is asked before anything is shown. */
export async function resumeHandOff(job: Job, handoff: Handoff): Promise<StepResult<Outcome>> {
  restore(job.facts, handoff.summary)
  const refused = await job.ports.authority.recheck(job.request, job.attempt.signal)
  return refused === null ? handOff(job, handoff) : { end: refused }
}

/** The end of the job tells of all of it, not of this attempt alone. */
export function restore(
  facts: Facts,
  { report, gates, setup, changedFiles, agentSummary, notes, lastOutput, quarantine }: JobSummary,
): void {
  const { posture, acceptedWeaker, usage, durations, egress, network } = report
  const found = { posture, acceptedWeaker, usage, gates, setup, changedFiles, agentSummary, lastOutput }
  Object.assign(facts, {
    ...found,
    quarantine: quarantine ?? null,
    earlier: { egress, network },
  } satisfies Partial<Facts>)
  Object.assign(facts.durations, durations)
  facts.notes.push(...notes)
}

/** Branch and pull request, from what was checkpointed; or one more commit on those that the job goes on with. */
async function handOff(job: Job, handoff: Handoff): Promise<StepResult<Outcome>> {
  const { ports, request, attempt, facts } = job
  const { branch, commit, title, body } = handoff
  const published = await ports.publisher.handOff(
    { request, branch, commit, title, body, fence: attempt.fence },
    attempt.signal,
  )
  facts.branch = published.branch
  facts.commit = published.commit
  facts.pullRequestUrl = published.pullRequest?.url ?? null
  const isContinued = request.continues !== undefined && published.apart === undefined
  if (!isContinued) facts.pullRequest = { title, body }
  if (published.apart !== undefined) facts.notes.push(noteOf(request.base.ref, published.apart))
  const outcome: Outcome = isContinued ? { outcome: 'published', reason: 'pull-request-continued' } : outcomeFor(job)
  await quarantine(job, published, outcome)
  return { value: outcome }
}

function noteOf(branch: string, why: string): string {
  return `This was to be a commit on ${branch}, but ${why}. What is there stays as it is; the work is in a pull request against it.`
}

/** Puts down what letting CI run takes, where the people who look at the pull request can say so. */
async function quarantine(job: Job, { branch, commit, pullRequest }: Published, outcome: Outcome): Promise<void> {
  const { ports, request, facts } = job
  if (facts.quarantine === null || ports.held === null || pullRequest === null) return
  const place = { number: pullRequest.number, digest: facts.quarantine.digest }
  const summary = summarise(job, outcome)
  await ports.held.keep(request, place, { kind: 'ci', branch, commit, pullRequestUrl: pullRequest.url, summary })
}

function outcomeFor(job: Job): Outcome {
  return {
    outcome: 'published',
    reason: job.request.installationId === null ? 'branch-created' : 'pull-request-opened',
  }
}
