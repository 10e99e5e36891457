import { setOutput } from '@actions/core'
import { runSummary } from '../app/replies/run-summary.ts'
import { aloneWording } from '../app/replies/wording.ts'
import type { JobRequest, JobSummary, Outcome } from '../worker/contract/index.ts'
import { defaultSourceLimits } from '../worker/git/create-source.ts'
import { rebuildChange } from '../worker/git/rebuild-change.ts'
import { createReporter } from '../worker/github/reporter.ts'
import { type Handover, type ReadHandover, readHandover } from '../worker/handover/read-handover.ts'
import { whyNotOurs } from '../worker/handover/why-not-ours.ts'
import { type MergeRequest, mergeAlone } from '../worker/pipeline/merge-alone.ts'
import type { Reporter } from '../worker/pipeline/ports/index.ts'
import { publishWorked } from '../worker/pipeline/publish-worked.ts'
import { emptySummary } from '../worker/pipeline/report-dead-letter.ts'
import { collectBudget } from '../worker/pipeline/steps/collect.ts'
import { groupSteps } from './console/group-steps.ts'
import { setOutputs, tellRun } from './console/tell-end.ts'
import { writeReport } from './console/write-report.ts'
import { createPublishPorts, runnerOf } from './create-ports.ts'
import { createRunnerTokens, runnerLogin } from './github/runner-tokens.ts'
import { attemptOf, openRun, type Run, type RunDeps, withNote } from './open-run.ts'

/**
 * The job that publishes. It runs no code of the repository and has no file of it; who asked for what it takes from the
 * event itself, and of the half that worked it believes nothing that it can look up.
 */
export async function publish(deps: RunDeps): Promise<number> {
  const { inputs, signal } = deps
  const run = await openRun(deps, { answers: true })
  if (run === null) return 0
  const own = run.taken.request
  if (own === null) {
    setOutput('outcome', 'answered')
    return 0
  }
  await using teller = reporterOf(run)
  using reporter = groupSteps(teller)
  const { merges } = own
  const told =
    merges === undefined
      ? await publishHandover(run, own, reporter, signal)
      : await merge(run, { ...own, merges }, reporter, signal)
  await writeReport(inputs.reportDir, { summary: told, patch: null })
  reporter[Symbol.dispose]()
  await tellRun(told, runSummary(told, own.policy))
  setOutputs(told)
  return told.outcome.outcome === 'failed' ? 1 : 0
}

/** Takes what the half that worked handed over, if it is what this job made. */
async function publishHandover(
  run: Run,
  own: JobRequest,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<JobSummary> {
  const { inputs } = run
  const read = await readHandover(inputs.handoverDir, inputs.handoverDigest)
  const refused = outcomeWithout(own, run, read)
  const summary = refused === null && read.ok ? await finish(run, own, read.handover, reporter, signal) : null
  if (summary !== null) return summary
  const told = withNote(emptySummary(own, refused ?? noResult), run)
  await reporter.finished(own, told, null)
  return told
}

/** Nothing was handed over: what takes no agent is done here, and what takes one is not done. */
async function merge(run: Run, own: MergeRequest, reporter: Reporter, signal: AbortSignal): Promise<JobSummary> {
  const ports = await createPublishPorts({ ...run, reporter })
  return withNote(await mergeAlone(own, attemptOf(run.inputs, signal), ports), run)
}

const noResult: Outcome = { outcome: 'failed', reason: 'internal-error', detail: 'the job that works left no result' }

/** Why nothing can be taken from what was handed over; null: it is there, whole, and what this job made. */
function outcomeWithout(own: JobRequest, { inputs }: Run, read: ReadHandover): Outcome | null {
  if (!read.ok && read.kind === 'missing' && inputs.workResult === 'cancelled') {
    return { outcome: 'cancelled', reason: 'by-person' }
  }
  if (!read.ok && read.kind === 'missing' && inputs.workResult === 'failure') return noResult
  const why = read.ok ? whyNotOurs(own, inputs.runner, read.handover) : read.why
  return why === null ? null : { outcome: 'refused', reason: 'handover-void', detail: why }
}

/** Publishes a change, or tells how the job ended that made none. */
async function finish(
  run: Run,
  own: JobRequest,
  { manifest, request: { base }, summary, files }: Handover,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<JobSummary> {
  const { inputs, folders } = run
  if (manifest.change === null) {
    const told = withNote({ ...summary, report: { ...summary.report, audit: '' } }, run)
    await reporter.finished(own, told, null)
    return told
  }
  const ports = await createPublishPorts({ ...run, reporter })
  const request = { ...own, base: { ref: own.base.ref, sha: base.sha } }
  const rebuild = (repository: string, stop: AbortSignal) => {
    const deps = { dataDir: folders.root, git: 'git', limits: defaultSourceLimits }
    return rebuildChange(deps, { repository, baseSha: base.sha, files, budget: collectBudget }, stop)
  }
  return publishWorked(request, attemptOf(inputs, signal), ports, {
    digest: manifest.change,
    summary: withNote(summary, run),
    rebuild,
  })
}

/** The run is its own check, and a right to upload findings is none of those that it has. */
function reporterOf({ inputs, log }: Run) {
  return createReporter({
    tokens: createRunnerTokens(runnerOf(inputs)),
    checks: null,
    codeScanning: null,
    wording: aloneWording,
    botLogin: async () => runnerLogin,
    fence: { check: async () => {} },
    log,
  })
}
