import { instructionRoot } from './instruction-root.ts'
import type { Job, PipelinePorts } from './job.ts'
import { planSwap } from './plan-swap.ts'
import type { KeptFiles, MaterialisedBase, Owner } from './ports/index.ts'
import type { Sealed } from './steps/seal.ts'

/** Of paths in the record; a pull request may have thousands. */
const mostListed = 200

export interface SwapJob extends Pick<Job, 'request' | 'audit' | 'facts' | 'attempt'> {
  readonly folders: Pick<Job['folders'], 'agent'>
  readonly ports: Pick<PipelinePorts, 'source' | 'folders'>
}

/**
 * A pull request must not instruct the agent that works on it: where the base is another commit than the default
 * branch's, that one's instructions are laid over those of the workspace. Both sandboxes are dead or not born. Returns
 * what lies there then, so that none of this counts as the agent's change.
 */
export async function swapInstructions(
  { request, ports, folders, audit, facts, attempt }: SwapJob,
  base: MaterialisedBase,
  owner: Owner,
  sealed: Sealed,
): Promise<Sealed> {
  const { instructionsSha, repository } = request
  if (instructionsSha === undefined || instructionsSha === base.sha) return sealed
  const isWanted = (path: string) => instructionRoot(path) !== null
  const [trusted, present] = await Promise.all([
    ports.source.trusted(request, instructionsSha, isWanted, attempt.signal),
    presentIn(sealed, base, attempt.signal),
  ])
  const swap = planSwap(present, trusted)
  if (swap.remove.length === 0 && swap.write.length === 0) return sealed
  const { workspace } = folders.agent
  for (const path of swap.remove) await ports.folders.remove(workspace, path)
  for (const { path, content, executable } of swap.write) {
    await ports.folders.write(workspace, path, content, owner, executable)
  }
  const written = swap.write.map(({ path }) => path)
  audit.append('instructions', { sha: instructionsSha, removed: listed(swap.remove), written: listed(written) })
  facts.notes.push(
    `Instructions and settings for agents were those of ${repository.defaultBranch}, not of this pull request`,
  )
  return { kept: async () => swap.kept }
}

/** What lies in the workspace, also where that is the base commit's files alone. */
export async function presentIn(
  { kept }: Sealed,
  base: Pick<MaterialisedBase, 'tree'>,
  signal: AbortSignal,
): Promise<KeptFiles> {
  return (await kept()) ?? base.tree.list(signal)
}

function listed(paths: readonly string[]): { readonly count: number; readonly first: readonly string[] } {
  return { count: paths.length, first: paths.slice(0, mostListed) }
}
