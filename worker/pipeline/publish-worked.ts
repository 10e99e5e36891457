import type { ChangeSet, JobRequest, JobSummary, Outcome } from '../contract/index.ts'
import { countLines } from './count-lines.ts'
import { digestOfChange } from './digest-of-change.ts'
import { finishChange } from './finish-change.ts'
import { type Attempt, end, type Job, type PipelinePorts, type StepResult } from './job.ts'
import type { WorkedChange } from './ports/index.ts'
import { runToReport } from './run-to-report.ts'
import { endOfVerdict, gate } from './steps/gate.ts'
import { loadSecrets } from './steps/prepare.ts'
import { restore } from './steps/publish.ts'
import { timed } from './timed.ts'

/**
 * The other half of a job that was worked on elsewhere. The machine that ran the agent is not believed: the base is
 * fetched, the change built on it, and every gate asked here. What they let through is published, what they hold is kept
 * for a person, as where one machine does it all. Runs nothing of it.
 */
export function publishWorked(
  request: JobRequest,
  attempt: Attempt,
  ports: PipelinePorts,
  worked: WorkedChange,
): Promise<JobSummary> {
  return runToReport(request, attempt, ports, (job) => publishChange(job, worked))
}

/** From the base commit to the pull request, or to where a person decides. */
export async function publishChange(job: Job, worked: WorkedChange): Promise<StepResult<Outcome>> {
  const { ports, request, attempt, folders } = job
  restore(job.facts, { ...worked.summary, gates: [] })
  const secrets = await loadSecrets(job)
  if ('why' in secrets) return end('refused', 'secret-missing', secrets.why)
  job.redactor.learn(secrets.values)
  const refused = await timed(job, 'prepare', () => ports.authority.recheck(request, attempt.signal))
  if (refused !== null) return { end: refused }
  const at = { workspace: null, repository: folders.repository, owner: null }
  const base = await timed(job, 'clone', () => ports.source.materialise(request, at, attempt.signal))
  const rebuilt = await timed(job, 'collect', () => rebuild(job, worked))
  if ('end' in rebuilt) return rebuilt
  const changeSet = rebuilt.value
  job.facts.changedFiles = changeSet.files.map(countLines)
  const results = await timed(job, 'gate', () => gate(job, { secrets: secrets.values }, { base }, changeSet))
  return finishChange(job, { secrets: secrets.values, base, changeSet, stopped: endOfVerdict(results) })
}

async function rebuild({ folders, attempt, audit }: Job, worked: WorkedChange): Promise<StepResult<ChangeSet>> {
  const result = await worked.rebuild(folders.repository, attempt.signal)
  if (result.kind !== 'changes') {
    const why = 'why' in result ? [result.path, result.why].filter(Boolean).join(': ') : 'it changes nothing'
    return end('refused', 'handover-void', why)
  }
  const digest = digestOfChange(result.changeSet)
  audit.append('handover', { digest, files: result.changeSet.files.length, recordHead: worked.summary.recordHead })
  if (digest !== worked.digest) return end('refused', 'handover-void', 'its files are not those of the change')
  return { value: result.changeSet }
}
