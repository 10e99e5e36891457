import { readFile } from 'node:fs/promises'
import type { DestroyProof, Sandbox } from '../../pipeline/ports/index.ts'
import { removeGroups } from '../cgroup/control-group.ts'
import { sequentialSandbox } from '../command/sequential-sandbox.ts'
import { findNamespaceMembers } from '../reaper/find-processes.ts'
import { removeSandboxState } from '../reaper/sandbox-state.ts'
import { createCommandRunner } from './create-command-runner.ts'
import { type SandboxContext, type SandboxParts, setUpSandbox } from './set-up-sandbox.ts'

/**
 * One sandbox of class `process`: folders and limits that outlive its commands, and for each command a fresh set of
 * namespaces. Nothing that a command started lives on into the next one. Commands run one at a time.
 */
export async function createProcessSandbox(context: SandboxContext): Promise<Sandbox> {
  const parts = await setUpSandbox(context)
  const runner = createCommandRunner(context, parts)
  return sequentialSandbox(parts.id, {
    run: runner.run,
    remove: async () => {
      const proof = removeSandbox(context, parts, runner.namespaces())
      const [left] = await Promise.all([proof, context.host.sparePipes.refill()])
      return left
    },
  })
}

/** Looks what is left instead of believing that nothing is. The state stays for the reaper if something is. */
async function removeSandbox(
  { host }: SandboxContext,
  parts: SandboxParts,
  namespaces: ReadonlySet<string>,
): Promise<DestroyProof> {
  const processes = findNamespaceMembers(namespaces).length
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').filter((line) => line.includes(parts.id))
  const groups = await removeGroups(parts.group.folders)
  if (processes + mounts.length + groups === 0) await removeSandboxState(host.sandboxes, parts.id)
  return { processes, mounts: mounts.length, groups }
}
