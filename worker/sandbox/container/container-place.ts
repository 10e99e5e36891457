import { existsSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { type CgroupPlace, parseCgroupMounts } from '../cgroup/parse-cgroup-mounts.ts'
import { type ProcessIdentity, readProcessIdentity } from '../reaper/process-identity.ts'
import type { ContainerState } from './engine-client.ts'

/** What of a container the worker can see on the host itself, without asking the Engine. */
export interface ContainerPlace {
  readonly first: ProcessIdentity
  /** The inode that names its pid namespace. */
  readonly namespace: string
  readonly groups: readonly CgroupPlace[]
  /** Where the Engine has mounted its root file system; null where it does not say. */
  readonly rootMount: string | null
}

/**
 * Looks at a container by the host's number of its first process. Null where that is over, or where the worker has no
 * view of the host's processes: the groups must carry the container's id, or the number means somebody else here.
 */
export function findContainerPlace(id: string, { pid, rootMount }: ContainerState): ContainerPlace | null {
  try {
    const first = readProcessIdentity(pid)
    const own = readFileSync(`/proc/${pid}/cgroup`, 'utf8')
    const namespace = /^pid:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/ns/pid`))?.[1]
    if (pid === 0 || first === null || namespace === undefined || !own.includes(id)) return null
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    const groups = parseCgroupMounts(mounts, own).filter(({ folder }) => folder.includes(id) && existsSync(folder))
    return { first, namespace, groups, rootMount }
  } catch {
    // It ended while it was looked at.
    return null
  }
}

/** How many processes of the container the kernel has killed for want of memory, as far as its groups are there. */
export function memoryKills(groups: readonly CgroupPlace[]): number {
  const memory = groups.find(({ controllers }) => controllers.includes('memory'))
  if (memory === undefined) return 0
  const file = memory.version === 'cgroup-v1' ? 'memory.oom_control' : 'memory.events'
  try {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync(join(memory.folder, file), 'utf8'))?.[1] ?? 0)
  } catch {
    // The container has ended, and its groups with it.
    return 0
  }
}
