import type { SandboxListing } from '../../pipeline/ports/index.ts'
import { SandboxError } from '../../pipeline/ports/index.ts'
import { isStillRunning, ownIdentity } from '../reaper/process-identity.ts'
import { readSandboxStates, removeSandboxState, type SandboxState } from '../reaper/sandbox-state.ts'
import { folderIdentity, ownerLabel, readContainerLabels } from './container-labels.ts'
import type { EngineClient } from './engine-client.ts'
import { containerName } from './set-up-container.ts'

export interface ContainerLeftovers {
  readonly engine: EngineClient
  /** The folder of the sandboxes' files; it exists. */
  readonly sandboxes: string
}

/**
 * Removes the containers of workers that are dead, of jobs that nobody works on now. Returns how many. Found by the
 * files that were written before each was made, and by what the containers say of themselves, since files in /run do
 * not outlive a reboot and containers do. Every act is harmless when somebody else has done it already.
 */
export async function reapContainers(where: ContainerLeftovers, isLive: (jobId: string) => boolean): Promise<number> {
  const dead = (await findSandboxes(where)).filter((state) => !isLive(state.jobId) && !isStillRunning(state.worker))
  for (const { id } of dead) await removeSandbox(where, id)
  return dead.length
}

export async function listContainers(where: ContainerLeftovers): Promise<readonly SandboxListing[]> {
  return (await findSandboxes(where)).map(({ id, jobId, attempt, phase, worker }) => {
    return { id, jobId, attempt, phase, live: isStillRunning(worker) }
  })
}

/** A worker that lives sees its command end and removes the rest itself. False: there is none of this id. */
export async function killContainer(where: ContainerLeftovers, id: string): Promise<boolean> {
  const state = (await findSandboxes(where)).find((candidate) => candidate.id === id)
  if (state === undefined) return false
  if (isStillRunning(state.worker)) await where.engine.kill(containerName(id))
  else await removeSandbox(where, id)
  return true
}

async function removeSandbox({ engine, sandboxes }: ContainerLeftovers, id: string): Promise<void> {
  await engine.remove(containerName(id))
  await removeSandboxState(sandboxes, id)
}

async function findSandboxes({ engine, sandboxes }: ContainerLeftovers): Promise<readonly SandboxState[]> {
  const owner = folderIdentity(sandboxes)
  const { bootId } = ownIdentity()
  const listed = await engine.list(ownerLabel).catch((error: unknown) => {
    // No Engine, no containers: then there are only files to go by.
    if (error instanceof SandboxError && error.code === 'unavailable') return []
    throw error
  })
  const labelled = listed.flatMap(({ labels }) => {
    const state = readContainerLabels(labels)
    // Another worker's may carry a number that means nothing here; after a reboot nobody's means anything.
    return state !== null && (labels[ownerLabel] === owner || state.worker.bootId !== bootId) ? [state] : []
  })
  return [...new Map([...labelled, ...readSandboxStates(sandboxes)].map((state) => [state.id, state])).values()]
}
