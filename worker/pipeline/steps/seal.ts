import { end, type Job, type StepResult } from '../job.ts'
import type { KeptFiles } from '../ports/index.ts'
import type { WarmStart } from '../warm-start.ts'
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
export async function seal(
  job: Job,
  prepared: Prepared,
  { snapshotKey, snapshot: found }: Cloned,
  warm: WarmStart,
): Promise<StepResult<Sealed>> {
  if (snapshotKey === null) return { value: { kept: new Map() } }
  if (found !== null) {
    await warm.restored()
    return { value: { kept: found.kept } }
  }
  const { ports, folders, attempt, request } = job
  const sealed = await ports.snapshots.seal(snapshotKey, folders.setup, prepared.secrets, attempt.signal)
  if (sealed.kind === 'secret-found') {
    const { secret: name, path, encoding } = sealed
    job.audit.append('secret', { name, use: 'left behind', path, encoding })
    return end('failed', 'secret-left-behind', `${name} (${encoding}) in ${path}`)
  }
  if (sealed.kind === 'unsafe') return end('refused', 'workspace-unsafe', `${sealed.path}: ${sealed.why}`)
  const { snapshot } = sealed
  await ports.snapshots.restore(snapshot, folders.agent, prepared.engine.fileOwner(request.id), attempt.signal)
  return { value: { kept: snapshot.kept } }
}
