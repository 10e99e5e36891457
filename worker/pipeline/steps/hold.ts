import type { ChangeSet, Outcome } from '../../contract/index.ts'
import { digestOfChange } from '../digest-of-change.ts'
import type { Job } from '../job.ts'
import { patchOfChange } from '../patch-of-change.ts'
import { summarise } from '../summarise.ts'
import type { Cloned } from './clone.ts'

/** Puts a held change where a person can let it out, and notes what they have to know of it. */
export async function hold(job: Job, cloned: Cloned, changeSet: ChangeSet, held: Outcome): Promise<Outcome> {
  const { ports, request, attempt, facts, redactor } = job
  if (ports.held === null || request.subject === null) return held
  const digest = digestOfChange(changeSet)
  await attempt.fence.check()
  const place = { number: request.subject.number, digest }
  const until = await ports.held.keep(request, place, {
    kind: 'change',
    changeSet,
    baseTreeSha: cloned.base.treeSha,
    summary: summarise(job, held),
  })
  // A finding never shows a secret; the lines around it would.
  const mayShowSecret = facts.gates.some(({ gate, findings }) => gate === 'secrets' && findings.length > 0)
  facts.held = {
    digest,
    patch: mayShowSecret ? null : redactor.text(patchOfChange(changeSet)),
    until: until?.toISOString() ?? null,
  }
  return held
}
