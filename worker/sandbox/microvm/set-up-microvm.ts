import { randomBytes } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type DestroyProof, SandboxError, type SandboxSpec } from '../../pipeline/ports/index.ts'
import { type ControlGroup, createControlGroup, removeGroups } from '../cgroup/control-group.ts'
import type { JobView } from '../overlay/job-namespaces.ts'
import { findByArgument } from '../reaper/find-processes.ts'
import { killAndWait } from '../reaper/kill-and-wait.ts'
import { groupName } from '../reaper/orphan-groups.ts'
import { ownIdentity, readProcessIdentity } from '../reaper/process-identity.ts'
import { removeSandboxState, sandboxMark, writeSandboxState } from '../reaper/sandbox-state.ts'
import type { Below } from './below-disk.ts'
import type { HostUser } from './confined.ts'
import { createDataDisk, type DataDisk } from './data-disk.ts'
import type { PreparedMicrovm } from './prepare-microvm.ts'
import { machineLimits } from './qemu-arguments.ts'

/** What one sandbox has on the host, apart from its process. */
export interface MicrovmParts {
  readonly id: string
  readonly group: ControlGroup
  readonly disk: DataDisk
  readonly below: Below | null
}

/** Makes them. What is to be cleaned up is written down first, so that a crash at any point leaves no orphan. */
export async function setUpMicrovm(
  host: PreparedMicrovm,
  spec: SandboxSpec,
  user: HostUser | null,
  view: JobView,
): Promise<MicrovmParts> {
  const { jobId, attempt, phase, workspace } = spec
  const id = `${jobId}-${attempt}-${phase}-${randomBytes(4).toString('hex')}`
  const folder = join(host.sandboxes, id)
  const worker = ownIdentity()
  const name = groupName(id, worker)
  const groups = host.places.map((place) => join(place.folder, name))
  try {
    await mkdir(folder, { mode: 0o711 })
    writeSandboxState(folder, { version: 1, id, jobId, attempt, phase, worker, groups })
    const group = createControlGroup(host.places, name, machineLimits(spec.limits))
    const below = await host.below(workspace, view)
    const enter = view.enter(workspace)
    const disk = await createDataDisk({ path: join(folder, 'disk'), spec, user, program: host.program, below, enter })
    return { id, group, disk, below }
  } catch (error) {
    await removeGroups(groups)
    await removeSandboxState(host.sandboxes, id)
    throw new SandboxError('start-failed', `the sandbox could not be set up: ${String(error)}`, { cause: error })
  }
}

const deathTimeoutMs = 15_000

/** Kills what there is, and looks what is left instead of believing that nothing is. The state stays for the reaper if something is. */
export async function removeMicrovm(host: PreparedMicrovm, { id, group }: MicrovmParts): Promise<DestroyProof> {
  const find = () => findByArgument(sandboxMark(id))
  const alive = (await find()).map(readProcessIdentity).filter((process) => process !== null)
  await killAndWait(alive, deathTimeoutMs).catch(() => {})
  const processes = (await find()).length
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').filter((line) => line.includes(id)).length
  const groups = await removeGroups(group.folders)
  if (processes + mounts + groups === 0) await removeSandboxState(host.sandboxes, id)
  return { processes, mounts, groups }
}
