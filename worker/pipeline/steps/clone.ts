import type { Setup } from '../find-setup.ts'
import type { Job, StepResult } from '../job.ts'
import type { MaterialisedBase } from '../ports/index.ts'
import type { WarmStart } from '../warm-start.ts'
import type { Prepared } from './prepare.ts'

export interface Cloned extends Setup {
  readonly base: MaterialisedBase
}

/** Fetches the base commit, decides what its setup is, and lays it out where that begins. */
export async function clone(job: Job, { engine }: Prepared, warm: WarmStart): Promise<StepResult<Cloned>> {
  const { ports, request, folders, attempt } = job
  const owner = engine.fileOwner(request.id)
  const early = await warm.early()
  const at = { workspace: early === null ? null : workspaceFor(job, early), repository: folders.repository, owner }
  const base = await ports.source.materialise(request, at, attempt.signal)
  const setup = early ?? (await warm.late(base.tree))
  const workspace = workspaceFor(job, setup)
  if (early === null && workspace !== null) await ports.source.layOut(request, workspace, owner, attempt.signal)
  job.facts.notes.push(...base.notes)
  noteSetup(job, setup)
  return { value: { base, ...setup } }
}

/** Where the base commit's files belong: sandbox 1, or the agent's, or nowhere, because a snapshot has them all. */
function workspaceFor({ folders }: Job, { keys, snapshot }: Setup): string | null {
  if (keys === null) return folders.agent.workspace
  if (snapshot === null) return folders.setup.workspace
  return snapshot.layer === null ? null : folders.agent.workspace
}

function noteSetup(job: Job, { plan, keys, snapshot, why }: Setup): void {
  const state = keys === null ? 'none' : snapshot === null ? 'miss' : 'hit'
  job.facts.setup = { plan, snapshot: state, why }
  job.audit.append('setup', { plan, snapshot: state, why, key: snapshot?.key ?? null })
}
