import type { Job, StepResult } from '../job.ts'
import type { MaterialisedBase } from '../ports/index.ts'
import type { Setup, WarmStart } from '../warm-start.ts'
import type { Prepared } from './prepare.ts'

export interface Cloned extends Setup {
  readonly base: MaterialisedBase
}

/** Fetches the base commit; lays it out unless a sealed snapshot of the very same setup exists. */
export async function clone(job: Job, { engine }: Prepared, warm: WarmStart): Promise<StepResult<Cloned>> {
  const { ports, request, folders, attempt } = job
  const { snapshotKey, snapshot } = await warm.setup()
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
