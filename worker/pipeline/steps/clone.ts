import { createHash } from 'node:crypto'
import type { Isolation, JobRequest } from '../../contract/index.ts'
import type { Job, StepResult } from '../job.ts'
import type { MaterialisedBase, Snapshot } from '../ports/index.ts'
import type { Prepared } from './prepare.ts'

export interface Cloned {
  readonly base: MaterialisedBase
  /** Null where the policy sets nothing up: there is nothing to seal and nothing to reuse. */
  readonly snapshotKey: string | null
  /** What an earlier job left sealed under the same key. */
  readonly snapshot: Snapshot | null
}

/** Fetches the base commit; lays it out unless a sealed snapshot of the very same setup exists. */
export async function clone(job: Job, { engine, imageDigest }: Prepared): Promise<StepResult<Cloned>> {
  const { ports, request, folders, attempt } = job
  const snapshotKey = request.policy.setup.run.length === 0 ? null : keyOfSetup(request, engine.isolation, imageDigest)
  const snapshot = snapshotKey === null ? null : await ports.snapshots.find(snapshotKey)
  const target = snapshotKey === null ? folders.agent.workspace : folders.setup.workspace
  const base = await ports.source.materialise(
    request,
    {
      workspace: snapshot === null ? target : null,
      repository: folders.repository,
      owner: engine.fileOwner(request.id),
    },
    attempt.signal,
  )
  job.facts.notes.push(...base.notes)
  return { value: { base, snapshotKey, snapshot } }
}

/**
 * Everything that setup's result depends on. The repository and the base commit are part of it, so that no
 * repository, branch or fork ever starts from what another one's setup wrote; the class that really runs, so that
 * nothing that was made in a weaker one is ever taken into a stricter one.
 */
function keyOfSetup(request: JobRequest, isolation: Isolation, imageDigest: string): string {
  const { setup, limits } = request.policy
  const parts = [3, request.repository.id, request.base.sha, imageDigest, isolation, setup, limits]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
