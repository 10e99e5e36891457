import { type ChangeSet, isQuarantined, type JobRequest, type JobSummary, type Outcome } from '../../contract/index.ts'
import type { Handoff } from '../checkpoint.ts'
import { noReviewers, reviewersOf } from '../code-owners.ts'
import { digestOfChange } from '../digest-of-change.ts'
import type { Facts, Job, StepResult } from '../job.ts'
import type { Published } from '../ports/index.ts'
import { keepSession } from '../sessions.ts'
import { summarise } from '../summarise.ts'

/** A change, and the tree of the commit that it is told against. */
export interface Made {
  readonly changeSet: ChangeSet
  readonly baseTreeSha: string
}

export interface PublishOptions {
  /** The repository's own for pull requests; null: it has none. */
  readonly template: string | null
  /** The default branch's CODEOWNERS; null: it has none. */
  readonly owners: string | null
  /** Puts the change on another commit of its base's branch; null: it is published as it is, or not at all. */
  readonly rebase: ((head: string) => Promise<Made | null>) | null
}

/**
 * Uploads the commit, writes down that it exists, and hands it off. While it is uploaded, which nobody can see, the
 * authority is asked again: the agent's work took a while, and whoever lost the right to ask gets no pull request.
 */
export async function publish(
  job: Job,
  made: Made,
  { template, owners, rebase }: PublishOptions,
): Promise<StepResult<Outcome>> {
  const { ports, request, attempt } = job
  await using _ = ports.rights.hold(request, 'publish')
  const first = await stage(job, made)
  if ('end' in first) return first
  const rebased = first.value.movedTo === null || rebase === null ? null : await rebase(first.value.movedTo)
  const staged = rebased === null ? first : await stage(job, rebased)
  if ('end' in staged) return staged
  const { changeSet } = rebased ?? made
  if (isQuarantined(request)) enterQuarantine(job, changeSet)
  const branch = ports.wording.branch(request)
  const summary = summarise(job, outcomeFor(job))
  const { title, body } = ports.wording.pullRequest(request, summary, template)
  const { commit } = staged.value
  const paths = changeSet.files.map(({ path }) => path)
  const reviewers = owners === null ? noReviewers : reviewersOf(owners, paths, request.repository.owner)
  // What is handed off cannot be taken back.
  await attempt.settle()
  const handoff: Handoff = { kind: 'handoff', branch, commit, title, body, reviewers, summary }
  await ports.checkpoints.save(request.id, handoff)
  return await handOff(job, handoff)
}

/** A commit that nobody sees yet; and where its base's branch is, where that went on. */
async function stage(
  { ports, request, folders, attempt }: Job,
  { changeSet, baseTreeSha }: Made,
): Promise<StepResult<{ readonly commit: string; readonly movedTo: string | null }>> {
  let movedTo: string | null = null
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
  const rechecked = ports.authority.recheck(request, attempt.signal, (head) => {
    movedTo = head
  })
  // Both are waited for, whatever becomes of either: an upload that goes on alone would have a live token.
  await Promise.allSettled([staged, rechecked])
  const refused = await rechecked
  if (refused !== null) return { end: refused }
  return { value: { commit: await staged, movedTo } }
}

/** What an earlier attempt had ready when it died. Time has passed: the authority is asked before anything is shown. */
export async function resumeHandOff(job: Job, handoff: Handoff): Promise<StepResult<Outcome>> {
  restore(job.facts, handoff.summary)
  await using _ = job.ports.rights.hold(job.request, 'publish')
  const refused = await job.ports.authority.recheck(job.request, job.attempt.signal)
  return refused === null ? await handOff(job, handoff) : { end: refused }
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
  const { branch, commit, title, body, reviewers = noReviewers } = handoff
  const published = await ports.publisher.handOff(
    { request, branch, commit, title, body, reviewers, fence: attempt.fence },
    attempt.signal,
  )
  facts.branch = published.branch
  facts.commit = published.commit
  facts.pullRequestUrl = published.pullRequest?.url ?? null
  const isContinued = request.continues !== undefined && published.apart === undefined
  facts.offeredAt = published.offeredAt ?? null
  if (!isContinued && published.offeredAt === undefined) facts.pullRequest = { title, body }
  if (published.apart !== undefined) facts.notes.push(noteOf(request.base.ref, published.apart))
  const outcome: Outcome = isContinued ? continuedBy(request) : outcomeFor(job)
  await quarantine(job, published, outcome)
  if (published.pullRequest !== null) await keepSession(job, published.pullRequest.number)
  return { value: outcome }
}

function continuedBy({ merges }: JobRequest): Outcome {
  return { outcome: 'published', reason: merges === undefined ? 'pull-request-continued' : 'base-merged' }
}

function noteOf(branch: string, why: string): string {
  return `This was to be a commit on ${branch}, but ${why}. What is there stays as it is; the work is in a pull request against it.`
}

function enterQuarantine({ ports, facts }: Job, changeSet: ChangeSet): void {
  if (ports.held === null) facts.notes.push(nobodyLetsCiRun)
  else facts.quarantine = { digest: digestOfChange(changeSet) }
}

const nobodyLetsCiRun =
  'CI is asked to stay away from this branch (`handoff.ci: quarantine`), and without the App there is no command that lets it run: push a commit to the branch.'

/** Puts down what letting CI run takes, where the people who look at the pull request can say so. */
async function quarantine(job: Job, { branch, commit, pullRequest }: Published, outcome: Outcome): Promise<void> {
  const { ports, request, facts } = job
  if (facts.quarantine === null || ports.held === null || pullRequest === null) return
  const place = { number: pullRequest.number, digest: facts.quarantine.digest }
  const summary = summarise(job, outcome)
  await ports.held.keep(request, place, { kind: 'ci', branch, commit, pullRequestUrl: pullRequest.url, summary })
}

function outcomeFor({ request: { installationId, fork } }: Job): Outcome {
  if (fork !== undefined) return { outcome: 'published', reason: 'patch-offered' }
  return { outcome: 'published', reason: installationId === null ? 'branch-created' : 'pull-request-opened' }
}
