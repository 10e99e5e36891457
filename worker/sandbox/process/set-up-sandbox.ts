import { randomBytes } from 'node:crypto'
import { chmodSync, chownSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import type { Limits } from '../../contract/index.ts'
import { SandboxError, type SandboxSpec } from '../../pipeline/ports/index.ts'
import { type ControlGroup, createControlGroup, removeGroups } from '../cgroup/control-group.ts'
import type { DiskWatch } from '../limits/disk-watch.ts'
import { unhinderedDu } from '../limits/measure-usage.ts'
import { unlinkedUsage } from '../limits/unlinked-usage.ts'
import { watchFolders } from '../limits/watch-folders.ts'
import type { JobView } from '../overlay/job-namespaces.ts'
import { groupName } from '../reaper/orphan-groups.ts'
import type { ProcessIdentity } from '../reaper/process-identity.ts'
import { removeSandboxState, writeSandboxState } from '../reaper/sandbox-state.ts'
import type { HostUser } from './command-line.ts'
import type { PreparedHost } from './prepare-host.ts'
import { pipeNames } from './spare-pipes.ts'
import { type Stage, stagePaths } from './stage-paths.ts'

export interface SandboxPlan {
  readonly host: Pick<PreparedHost, 'program' | 'places' | 'sandboxes' | 'sparePipes'>
  readonly spec: SandboxSpec
  /** What its control groups hold. */
  readonly limits: Limits
  /** Every host path, besides the sandbox's folder, that the job's user must be able to walk to. */
  readonly visible: readonly string[]
  /** Whom it runs as on the host; null: as the worker. */
  readonly user: HostUser | null
  readonly namespaces: JobView
  readonly worker: ProcessIdentity
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** What one sandbox has on the host, apart from its processes. */
export interface SandboxParts {
  readonly id: string
  readonly folder: string
  readonly group: ControlGroup
  readonly stage: Stage
  readonly disk: DiskWatch
  /** Inodes of the pid namespaces of its commands, of which there is one at a time. */
  readonly namespaces: Set<string>
}

/** Makes them. What is to be cleaned up is written down first, so that a crash at any point leaves no orphan. */
export async function setUpSandbox(plan: SandboxPlan): Promise<SandboxParts> {
  const { host, spec } = plan
  const id = `${spec.jobId}-${spec.attempt}-${spec.phase}-${randomBytes(4).toString('hex')}`
  const name = groupName(id, plan.worker)
  const folder = join(host.sandboxes, id)
  const groups = host.places.map((place) => join(place.folder, name))
  try {
    renameSync(await host.sparePipes.take(), folder)
    const state = { version: 1, id, jobId: spec.jobId, attempt: spec.attempt, phase: spec.phase } as const
    writeSandboxState(folder, { ...state, worker: plan.worker, groups })
    giveTo(plan.user, folder)
    const group = createControlGroup(host.places, name, plan.limits)
    const namespaces = new Set<string>()
    const stage = stagePaths([...plan.visible, folder], plan.user)
    return { id, folder, group, stage, disk: watchDisk(plan, namespaces), namespaces }
  } catch (error) {
    await removeGroups(groups)
    await removeSandboxState(host.sandboxes, id)
    throw new SandboxError('start-failed', `the sandbox could not be set up: ${String(error)}`, { cause: error })
  }
}

/** The pipes become the job's user's; the folder can be walked through, to them, but not looked into. */
function giveTo(user: HostUser | null, folder: string): void {
  if (user === null) return
  chmodSync(folder, 0o711)
  for (const name of Object.values(pipeNames)) chownSync(join(folder, name), user.uid, user.gid)
}

function watchDisk({ host, spec, namespaces, now }: SandboxPlan, processes: ReadonlySet<string>): DiskWatch {
  const du = unhinderedDu(host.program('du'), host.program('bwrap'), process.getuid?.() === 0)
  return watchFolders({
    ...{ folders: [spec.workspace, spec.home], limits: spec.limits, now, find: namespaces.find },
    du: [...namespaces.enter(spec.workspace), ...du],
    unlinked: (folders) => unlinkedUsage(processes, folders),
  })
}
