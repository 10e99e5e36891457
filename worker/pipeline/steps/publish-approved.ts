import type { Approval, Outcome } from '../../contract/index.ts'
import { verdictOf } from '../../gates/evaluate-gates.ts'
import { digestOfChange } from '../digest-of-change.ts'
import { end, type Job, type StepResult } from '../job.ts'
import { publish, restore } from './publish.ts'

/**
 * Publishes what another job made and a person let out. Nothing runs: it is the very change that was approved, or it is
 * nothing. Who approved goes into the record beside the head of the record that the change was made under.
 */
export async function publishApproved(job: Job, approval: Approval): Promise<StepResult<Outcome>> {
  const { ports, audit, facts } = job
  const held = (await ports.held?.load(approval.jobId)) ?? null
  if (held === null) return end('refused', 'approval-void', 'the change is not kept any more')
  if (digestOfChange(held.changeSet) !== approval.digest) {
    return end('refused', 'approval-void', 'what is kept is not the change that was approved')
  }
  // Nobody may let a blocked change out, whatever put it there.
  if (verdictOf(held.summary.gates) !== 'hold') return end('refused', 'approval-void', 'the gates did not hold it')
  audit.append('approval', { ...approval, recordHead: held.summary.recordHead })
  for (const finding of held.summary.report.findings) audit.append('finding', { ...finding })
  restore(facts, held.summary)
  return publish(job, held.baseTreeSha, held.changeSet)
}
