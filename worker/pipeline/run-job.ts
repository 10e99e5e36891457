/**
 * The way of one job: nine steps in order, each a small file in steps/, against the ports that this module declares.
 * Imports contract and the pure gates; never an engine, git, GitHub or the queue. A step ends the job with a value;
 * only what may be tried again, or is a bug, is thrown.
 */
import type { ChangeSet, JobRequest, JobSummary, Outcome } from '../contract/index.ts'
import { createAnnouncer } from './announcer.ts'
import { type Ended, type Handoff, loadCheckpoint } from './checkpoint.ts'
import { AttemptAbortedError, outcomeOfError } from './end-of-attempt.ts'
import { type Attempt, createFacts, type Job, type PipelinePorts, type StepResult } from './job.ts'
import { judge } from './judge.ts'
import type { AuditLog } from './ports/index.ts'
import { readCodeOwners } from './read-code-owners.ts'
import { readTemplate } from './read-template.ts'
import { rebase } from './rebase.ts'
import { createRedactor } from './redactor.ts'
import { actOnApproval } from './steps/act-on-approval.ts'
import { firstTurn, runAgent } from './steps/agent.ts'
import { block } from './steps/block.ts'
import { type Cloned, clone } from './steps/clone.ts'
import { endOfVerdict } from './steps/gate.ts'
import { hold } from './steps/hold.ts'
import { layConflict } from './steps/lay-conflict.ts'
import { mend } from './steps/mend.ts'
import { mergeBase, mergedOn } from './steps/merge.ts'
import { type Prepared, prepare } from './steps/prepare.ts'
import { type Made, type PublishOptions, publish, resumeHandOff } from './steps/publish.ts'
import { report, tell } from './steps/report.ts'
import { seal } from './steps/seal.ts'
import { setup } from './steps/setup.ts'
import { timed } from './timed.ts'
import { createWarmStart } from './warm-start.ts'

/**
 * Runs one attempt to its end. Throws what is worth another attempt (its `retryable` is true) and AttemptAbortedError
 * when this one lost the right to act; any other end, failures included, is reported and returned.
 */
export async function runJob(request: JobRequest, attempt: Attempt, ports: PipelinePorts): Promise<JobSummary> {
  const facts = createFacts(ports.now())
  const redactor = createRedactor()
  const record = await ports.audits.open(request.id, attempt.number)
  const audit: AuditLog = { ...record, append: (kind, data) => record.append(kind, redactor.json(data)) }
  const announcer = createAnnouncer(request, facts, ports.reporter)
  await using folders = await ports.folders.create(request.id, attempt.number)
  const job: Job = { request, attempt, ports, audit, folders, facts, redactor, announce: announcer.announce }
  audit.append('job', { request, attempt: attempt.number })
  try {
    const saved = await loadCheckpoint(ports.checkpoints, request.id)
    const summary = await runToEnd(job, saved, announcer.settle)
    // Whatever became of it: an approval is used up by its job.
    if (request.approval !== undefined) await ports.held?.forget(request.approval.jobId)
    return summary
  } finally {
    await announcer.settle()
    await audit.seal()
  }
}

async function runToEnd(job: Job, saved: Handoff | Ended | null, settle: () => Promise<void>): Promise<JobSummary> {
  if (saved?.kind === 'ended') return timed(job, 'report', () => tell(job, saved))
  const outcome = await reachOutcome(job, saved)
  await settle()
  return timed(job, 'report', () => report(job, outcome))
}

async function reachOutcome(job: Job, handoff: Handoff | null): Promise<Outcome> {
  if (job.attempt.signal.aborted) return abortedOutcome(job)
  try {
    const outcome = await runSteps(job, handoff)
    if (job.attempt.signal.aborted) return await abortedOutcome(job)
    return outcome
  } catch (error) {
    if (job.attempt.signal.aborted) return await abortedOutcome(job)
    return outcomeOfError(error, job.attempt.final)
  }
}

/** A cancelling is an outcome; a lost lease or a worker's end is not this attempt's to report. */
async function abortedOutcome({ attempt, facts, ports, request }: Job): Promise<Outcome> {
  const { reason } = attempt.signal
  if (reason !== 'by-person' && reason !== 'access-ended') throw new AttemptAbortedError(reason)
  // Nobody may let out what was called off, and nobody wants to read it.
  if (facts.held !== null) await ports.held?.forget(request.id)
  if (facts.blocked !== null) await ports.blocked?.forget(request.id)
  facts.held = null
  facts.blocked = null
  if (reason === 'access-ended' && Object.keys(facts.durations).length === 0) {
    return { outcome: 'refused', reason: 'repository-unavailable', detail: 'the App may not act there any more' }
  }
  return { outcome: 'cancelled', reason }
}

async function runSteps(job: Job, handoff: Handoff | null): Promise<Outcome> {
  if (handoff !== null) return valueOrEnd(await timed(job, 'publish', () => resumeHandOff(job, handoff)))
  const { approval, joinedTo } = job.request
  if (joinedTo !== undefined) return { outcome: 'joined', reason: 'joined-another-job', detail: `job ${joinedTo}` }
  if (approval !== undefined) return valueOrEnd(await timed(job, 'publish', () => actOnApproval(job, approval)))

  const { merges } = job.request
  const merged = merges === undefined ? null : await timed(job, 'clone', () => mergeBase(job, merges))
  if (merged !== null) return merged

  await using warm = createWarmStart(job)
  const prepared = await timed(job, 'prepare', () => prepare(job, warm))
  if ('end' in prepared) return prepared.end
  const cloned = await timed(job, 'clone', () => clone(job, prepared.value, warm))
  if ('end' in cloned) return cloned.end
  const setUp = await timed(job, 'setup', () => setup(job, prepared.value, cloned.value))
  if ('end' in setUp) return setUp.end
  const sealed = await timed(job, 'seal', () => seal(job, prepared.value, cloned.value, warm))
  if ('end' in sealed) return sealed.end
  const laid =
    merges === undefined ? sealed : await layConflict(job, prepared.value, cloned.value, sealed.value, merges)
  if ('end' in laid) return laid.end
  const ran = await timed(job, 'agent', () => runAgent(job, prepared.value, firstTurn(job)))
  if ('end' in ran) return ran.end
  const judged = await judge(job, prepared.value, cloned.value, laid.value)
  if ('end' in judged) return judged.end
  const { changeSet, results } = await mend(job, prepared.value, cloned.value, laid.value, judged.value)
  const stopped = endOfVerdict(results)
  if (stopped?.outcome === 'blocked') return block(job, changeSet, stopped)
  const made = await madeOf(job, cloned.value, changeSet)
  if ('end' in made) return made.end
  if (stopped !== null) return hold(job, made.value, changeSet, stopped)
  const published = async () => publish(job, made.value, await optionsOf(job, prepared.value, cloned.value, changeSet))
  return valueOrEnd(await timed(job, 'publish', published))
}

/** What the agent made of a conflict goes out together with what the base branch brought. */
async function madeOf(job: Job, { base }: Cloned, changeSet: ChangeSet): Promise<StepResult<Made>> {
  const { conflict } = job.facts
  if (conflict !== null) return mergedOn(job, conflict, changeSet.treeSha)
  return { value: { changeSet, baseTreeSha: base.treeSha } }
}

async function optionsOf(
  job: Job,
  prepared: Prepared,
  { base }: Cloned,
  changeSet: ChangeSet,
): Promise<PublishOptions> {
  const template = await readTemplate(job, base)
  const owners = await readCodeOwners(job, base)
  if (job.request.continues !== undefined) return { template, owners, rebase: null }
  return { template, owners, rebase: (head) => rebase(job, prepared, changeSet, head) }
}

function valueOrEnd(result: StepResult<Outcome>): Outcome {
  return 'end' in result ? result.end : result.value
}
