import { end, type Job, type StepResult } from '../job.ts'
import type { KeptFiles, Restored, Snapshot } from '../ports/index.ts'
import { mayStore } from '../snapshot-keys.ts'
import { swapInstructions } from '../swap-instructions.ts'
import type { WarmStart } from '../warm-start.ts'
import type { Cloned } from './clone.ts'
import type { Prepared } from './prepare.ts'

export interface Sealed {
  /**
   * What lies in the workspace: unchanged, it is not the agent's work. Null: the base commit's files. Resolves when that
   * is sure. Throws SnapshotError.
   */
  kept(): Promise<KeptFiles | null>
}

/**
 * Sandbox 1 is gone when this starts: `setup` destroys it before it returns. What it left is searched for every
 * secret of the job, and laid into the agent's folders; where the job is one of the default branch's, by way of the
 * store, so that a later job starts from the very same. Last come the default branch's instructions.
 */
export async function seal(job: Job, prepared: Prepared, cloned: Cloned, warm: WarmStart): Promise<StepResult<Sealed>> {
  const sealed = await sealSetup(job, prepared, cloned, warm)
  if ('end' in sealed) return sealed
  const owner = prepared.engine.fileOwner(job.request.id)
  return { value: await swapInstructions(job, cloned.base, owner, sealed.value) }
}

async function sealSetup(job: Job, prepared: Prepared, cloned: Cloned, warm: WarmStart): Promise<StepResult<Sealed>> {
  const { ports, folders, attempt, request } = job
  if (cloned.keys === null) return { value: { kept: async () => null } }
  if (cloned.snapshot !== null) {
    await place(job, await warm.restored())
    return { value: keptOf(job, cloned, cloned.snapshot) }
  }
  const base = await cloned.base.tree.list(attempt.signal)
  const store = mayStore(request) ? { ...cloned.keys, repository: request.repository.id } : null
  const input = { from: folders.setup, secrets: prepared.secrets, base, store }
  const sealed = await ports.snapshots.seal(input, attempt.signal)
  if (sealed.kind === 'secret-found') {
    const { secret: name, path, encoding } = sealed
    job.audit.append('secret', { name, use: 'left behind', path, encoding })
    return end('failed', 'secret-left-behind', `${name} (${encoding}) in ${path}`)
  }
  if (sealed.kind === 'unsafe') return end('refused', 'workspace-unsafe', `${sealed.path}: ${sealed.why}`)
  const { snapshot, honeytokens, cleaned } = sealed
  job.audit.append('setup', { stored: snapshot?.key ?? null, layer: snapshot?.layer ?? null, honeytokens, cleaned })
  if (snapshot === null) {
    await ports.snapshots.handOver(folders.setup, folders.agent, attempt.signal)
    return { value: { kept: async () => sealed.kept } }
  }
  await startFrom(job, prepared, snapshot)
  return { value: keptOf(job, cloned, snapshot) }
}

/** As a later job will. */
async function startFrom(job: Job, prepared: Prepared, snapshot: Snapshot): Promise<void> {
  const { ports, folders, attempt, request } = job
  const { engine } = prepared
  const owner = engine.fileOwner(request.id)
  if (snapshot.layer !== null) {
    await ports.source.layOut(request, folders.agent.workspace, owner, attempt.signal)
  }
  const viewer = { owner, seesMounts: engine.seesMounts() }
  await place(job, await ports.snapshots.restore(snapshot, folders.agent, viewer, attempt.signal))
}

async function place({ attempt, audit }: Job, restored: Restored): Promise<void> {
  const laidOut = await restored.place(attempt.signal)
  audit.append('setup', { laidOut })
}

/** A layer was added to this commit's own files: those are still as the commit has them. */
function keptOf({ attempt }: Job, { base }: Cloned, { layer, kept }: Snapshot): Sealed {
  if (layer === null) return { kept }
  return { kept: async () => new Map([...(await base.tree.list(attempt.signal)), ...(await kept())]) }
}
