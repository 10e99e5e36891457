import { end, type Job, type StepResult } from '../job.ts'
import type { KeptFiles } from '../ports/index.ts'
import type { Cloned } from './clone.ts'
import type { Prepared } from './prepare.ts'

export interface Sealed {
  /** What setup left in the workspace: unchanged, it is not the agent's work. */
  readonly kept: KeptFiles
}

/**
 * Sandbox 1 is gone when this starts: `setup` destroys it before it returns. What it left is searched for every
 * secret of the job, stored, and copied into the agent's folders.
 */
export async function seal(job: Job, prepared: Prepared, cloned: Cloned): Promise<StepResult<Sealed>> {
  if (cloned.snapshotKey === null) return { value: { kept: new Map() } }
  const { ports, folders, attempt, request } = job
  let snapshot = cloned.snapshot
  if (snapshot === null) {
    const sealed = await ports.snapshots.seal(cloned.snapshotKey, folders.setup, prepared.secrets, attempt.signal)
    if (sealed.kind === 'secret-found') {
      job.audit.append('secret', {
        name: sealed.secret,
        use: 'left behind',
        path: sealed.path,
        encoding: sealed.encoding,
      })
      return end('failed', 'secret-left-behind', `${sealed.secret} (${sealed.encoding}) in ${sealed.path}`)
    }
    if (sealed.kind === 'unsafe') return end('refused', 'workspace-unsafe', `${sealed.path}: ${sealed.why}`)
    snapshot = sealed.snapshot
  }
  await ports.snapshots.restore(snapshot, folders.agent, prepared.engine.fileOwner(request.id), attempt.signal)
  return { value: { kept: snapshot.kept } }
}
