import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CgroupPlace, parseCgroupMounts } from '../cgroup/parse-cgroup-mounts.ts'
import { findNamespaceMembers } from '../reaper/find-processes.ts'
import { type PinnedNamespace, pinNamespace } from '../reaper/pin-namespace.ts'
import { isStillRunning, type ProcessIdentity, readProcessIdentity } from '../reaper/process-identity.ts'
import type { ContainerState } from './engine-client.ts'

/** What of a container the worker can see on the host itself, without asking the Engine. */
export interface ContainerPlace {
  readonly first: ProcessIdentity
  /**
   * Null where it is the worker's own: what runs there is then a process of the runtime's, and ending the namespace
   * would end everything on this host.
   */
  readonly namespace: PinnedNamespace | null
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
    if (pid === 0 || first === null || !own.includes(id)) return null
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    const groups = parseCgroupMounts(mounts, own).filter(({ folder }) => folder.includes(id) && existsSync(folder))
    const namespace = pinNamespace(pid)
    if (isStillRunning(first)) return { first, namespace, groups, rootMount }
    // The number may have been somebody else's by then.
    namespace?.[Symbol.dispose]()
    return null
  } catch {
    // It ended while it was looked at.
    return null
  }
}

/** All that is alive of these containers, as far as the host shows it. */
export function findMembers(places: readonly ContainerPlace[]): readonly ProcessIdentity[] {
  const namespaces = new Set(places.flatMap(({ namespace }) => namespace?.inode ?? []))
  const members = findNamespaceMembers(namespaces).map(readProcessIdentity)
  const firsts = places.filter(({ namespace, first }) => namespace === null && isStillRunning(first))
  return [...members.filter((identity) => identity !== null), ...firsts.map(({ first }) => first)]
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
