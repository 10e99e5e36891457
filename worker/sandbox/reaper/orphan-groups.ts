import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { removeGroup } from '../cgroup/control-group.ts'
import { isStillRunning, ownIdentity, type ProcessIdentity } from './process-identity.ts'

/*
 * The state of a sandbox can be lost with the folder that it is in, and its groups would stay until the machine starts
 * anew. So the name of a group says by itself whose it is.
 */

const ownNamespace = () => String(statSync('/proc/self/ns/pid').ino)
const groupPattern = /^airlock-[a-z0-9-]{1,80}\.(\d{1,10})-(\d{1,20})-(\d{1,20})$/

/** The name of a sandbox's groups, or of others that a worker makes: what for, and whose. */
export function groupName(id: string, worker: ProcessIdentity): string {
  return `airlock-${id}.${worker.pid}-${worker.startTime}-${ownNamespace()}`
}

/** True for a group that belongs to this sandbox, whoever made it. */
export const isGroupOf = (name: string, id: string) => name.startsWith(`airlock-${id}.`) && groupPattern.test(name)

/**
 * Removes the empty groups of workers that are dead, below these folders; the kernel keeps those with a process in them.
 * Of workers in other pid namespaces nothing is known, so theirs stay.
 */
export function removeOrphanGroups(folders: readonly string[]): void {
  for (const folder of folders) {
    for (const name of namesIn(folder)) {
      if (isOrphan(name)) removeGroup(join(folder, name))
    }
  }
}

function isOrphan(name: string): boolean {
  const [, pid, startTime = '', namespace] = groupPattern.exec(name) ?? []
  if (pid === undefined || namespace !== ownNamespace()) return false
  return !isStillRunning({ pid: Number(pid), startTime, bootId: ownIdentity().bootId })
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    // Not mounted, or gone.
    return []
  }
}
