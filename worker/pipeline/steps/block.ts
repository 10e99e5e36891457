import type { ChangeSet, Outcome } from '../../contract/index.ts'
import { digestOfChange } from '../digest-of-change.ts'
import type { Job } from '../job.ts'
import { summarise } from '../summarise.ts'

/** Keeps a blocked change for the operator, where they want that. Nobody can let it out from there. */
export async function block(job: Job, changeSet: ChangeSet, blocked: Outcome): Promise<Outcome> {
  const { ports, request, attempt, facts, folders } = job
  if (ports.blocked === null) return blocked
  const patch = await ports.source.patch(folders.repository, changeSet, attempt.signal)
  await attempt.fence.check()
  const kept = { kind: 'blocked', digest: digestOfChange(changeSet), summary: summarise(job, blocked) } as const
  const until = patch && (await ports.blocked.keep(request, { ...kept, patch }))
  facts.blocked = { until: until?.toISOString() ?? null }
  return blocked
}
