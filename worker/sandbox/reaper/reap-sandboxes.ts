import { basename } from 'node:path'
import type { SandboxListing } from '../../pipeline/ports/index.ts'
import { removeGroups } from '../cgroup/control-group.ts'
import { findByArgument, isInNamespaceOfItsOwn } from './find-processes.ts'
import { killAndWait } from './kill-and-wait.ts'
import { isGroupOf, removeOrphanGroups } from './orphan-groups.ts'
import { isStillRunning, readProcessIdentity } from './process-identity.ts'
import { readSandboxStates, removeSandboxState, type SandboxState, sandboxMark } from './sandbox-state.ts'

const deathTimeoutMs = 15_000

/**
 * Removes what workers that are dead left behind, of jobs that nobody works on now, and groups below `groupFolders`
 * of whose sandboxes nothing else is left. Returns how many sandboxes that were. Every single act is harmless when
 * somebody else has done it already, so two reapers do no harm.
 */
export async function reapSandboxes(
  sandboxes: string,
  isLive: (jobId: string) => boolean,
  groupFolders: readonly string[],
): Promise<number> {
  let reaped = 0
  for (const state of await readSandboxStates(sandboxes)) {
    if (isLive(state.jobId) || isStillRunning(state.worker)) continue
    if (!(await removeLeftovers(state))) continue
    await removeSandboxState(sandboxes, state.id)
    reaped++
  }
  removeOrphanGroups(groupFolders)
  return reaped
}

/** All of this machine that are written down. */
export function listSandboxes(sandboxes: string): readonly SandboxListing[] {
  return readSandboxStates(sandboxes).map(({ id, jobId, attempt, phase, worker }) => {
    return { id, jobId, attempt, phase, live: isStillRunning(worker) }
  })
}

/** A worker that lives sees its command end and removes the rest itself. False: there is none of this id. */
export async function killSandbox(sandboxes: string, id: string): Promise<boolean> {
  const state = readSandboxStates(sandboxes).find((candidate) => candidate.id === id)
  if (state === undefined) return false
  if (isStillRunning(state.worker)) {
    // What waits for the command out here is left to tell the worker that it ended.
    await killProcesses((await findByArgument(sandboxMark(id))).filter(isInNamespaceOfItsOwn))
    return true
  }
  if (await removeLeftovers(state)) await removeSandboxState(sandboxes, id)
  return true
}

async function killProcesses(pids: readonly number[]): Promise<void> {
  const processes = pids.map(readProcessIdentity).filter((identity) => identity !== null)
  await killAndWait(processes, deathTimeoutMs)
}

/** False: a group is still there, and so the state has to stay for the next one who looks. */
async function removeLeftovers(state: SandboxState): Promise<boolean> {
  await killProcesses(await findByArgument(sandboxMark(state.id)))
  // The file is ours, but a folder is only removed by the name that belongs to this sandbox.
  return (await removeGroups(state.groups.filter((folder) => isGroupOf(basename(folder), state.id)))) === 0
}
