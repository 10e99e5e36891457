import { readFile } from 'node:fs/promises'
import type { DestroyProof } from '../../pipeline/ports/index.ts'
import { removeGroups } from '../cgroup/control-group.ts'
import { findNamespaceMembers } from '../reaper/find-processes.ts'
import type { PinnedNamespace } from '../reaper/pin-namespace.ts'
import { removeSandboxState } from '../reaper/sandbox-state.ts'
import type { PreparedHost } from './prepare-host.ts'
import type { SandboxParts } from './set-up-sandbox.ts'

/** Looks what is left instead of believing that nothing is. The state stays for the reaper if something is. */
export async function removeSandbox(
  host: Pick<PreparedHost, 'sandboxes' | 'sparePipes'>,
  parts: SandboxParts,
  namespaces: readonly PinnedNamespace[],
): Promise<DestroyProof> {
  const [left] = await Promise.all([leftOf(host.sandboxes, parts, namespaces), host.sparePipes.refill()])
  return left
}

async function leftOf(
  sandboxes: string,
  parts: SandboxParts,
  namespaces: readonly PinnedNamespace[],
): Promise<DestroyProof> {
  const processes = findNamespaceMembers(new Set(namespaces.map(({ inode }) => inode))).length
  for (const namespace of namespaces) namespace[Symbol.dispose]()
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').filter((line) => line.includes(parts.id))
  const groups = await removeGroups(parts.group.folders)
  if (processes + mounts.length + groups === 0) await removeSandboxState(sandboxes, parts.id)
  return { processes, mounts: mounts.length, groups }
}
