import type { Approval, Outcome } from '../../contract/index.ts'
import { verdictOf } from '../../gates/evaluate-gates.ts'
import { digestOfChange } from '../digest-of-change.ts'
import { end, type Job, type StepResult } from '../job.ts'
import type { Held, HeldChange, HeldCi } from '../ports/index.ts'
import { readCodeOwners } from '../read-code-owners.ts'
import { publish, restore } from './publish.ts'

/**
 * Does what a person let out, of what another job made. Nothing runs: it is the very change that was approved, or it is
 * nothing. Who approved goes into the record beside the head of the record that the change was made under.
 */
export async function actOnApproval(job: Job, approval: Approval): Promise<StepResult<Outcome>> {
  const held = (await job.ports.held?.load(approval.jobId)) ?? null
  if (held === null) return end('refused', 'approval-void', 'the change is not kept any more')
  if (digestOf(held) !== approval.digest) {
    return end('refused', 'approval-void', 'what is kept is not the change that was approved')
  }
  return held.kind === 'change' ? publishHeld(job, approval, held) : releaseCi(job, approval, held)
}

function digestOf(held: Held): string | undefined {
  return held.kind === 'change' ? digestOfChange(held.changeSet) : held.summary.quarantine?.digest
}

async function publishHeld(job: Job, approval: Approval, held: HeldChange): Promise<StepResult<Outcome>> {
  // Nobody may let a blocked change out, whatever put it there.
  if (verdictOf(held.summary.gates) !== 'hold') return end('refused', 'approval-void', 'the gates did not hold it')
  noteApproval(job, approval, held)
  return publish(job, held, { template: null, owners: await readCodeOwners(job, null), rebase: null })
}

/** Time has passed since the pull request was opened: the authority is asked again. */
async function releaseCi(job: Job, approval: Approval, held: HeldCi): Promise<StepResult<Outcome>> {
  const { ports, request, attempt, facts } = job
  const { branch, commit } = held
  noteApproval(job, approval, held)
  facts.quarantine = null
  facts.branch = branch
  facts.pullRequestUrl = held.pullRequestUrl
  const refused = await ports.authority.recheck(request, attempt.signal)
  if (refused !== null) return { end: refused }
  await attempt.settle()
  const { fence, signal } = attempt
  const commitMessage = ports.wording.releaseMessage(request)
  const released = await ports.ci?.release({ request, branch, commit, commitMessage, fence }, signal)
  if (released === null || released === undefined) {
    return end('refused', 'approval-void', `${branch} is gone, or has other commits by now`)
  }
  facts.commit = released
  return { value: { outcome: 'published', reason: 'ci-released' } }
}

function noteApproval({ audit, facts }: Job, approval: Approval, { summary }: Held): void {
  audit.append('approval', { ...approval, recordHead: summary.recordHead })
  for (const finding of summary.report.findings) audit.append('finding', { ...finding })
  restore(facts, summary)
}
