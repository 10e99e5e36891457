import { createHash } from 'node:crypto'
import type { JobRequest } from '../../contract/index.ts'
import type { Job, StepResult } from '../job.ts'
import type { MaterialisedBase, Snapshot } from '../ports/index.ts'

export interface Cloned {
  readonly base: MaterialisedBase
  /** Null where the policy sets nothing up: there is nothing to seal and nothing to reuse. */
  readonly snapshotKey: string | null
  /** What an earlier job left sealed under the same key. */
  readonly snapshot: Snapshot | null
}

/** Fetches the base commit; lays it out unless a sealed snapshot of the very same setup exists. */
export async function clone(job: Job): Promise<StepResult<Cloned>> {
  const { ports, request, folders, attempt } = job
  const snapshotKey = request.policy.setup.run.length === 0 ? null : keyOfSetup(request)
  const snapshot = snapshotKey === null ? null : await ports.snapshots.find(snapshotKey)
  const target = snapshotKey === null ? folders.agent.workspace : folders.setup.workspace
  const base = await ports.source.materialise(
    request,
    { workspace: snapshot === null ? target : null, repository: folders.repository },
    attempt.signal,
  )
  job.facts.notes.push(...base.notes)
  return { value: { base, snapshotKey, snapshot } }
}

/**
 * Everything that setup's result depends on. The repository and the base commit are part of it, so that no
 * repository, branch or fork ever starts from what another one's setup wrote.
 */
function keyOfSetup(request: JobRequest): string {
  const { setup, image, isolation, limits } = request.policy
  const parts = [2, request.repository.id, request.base.sha, image, isolation, setup, limits]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
