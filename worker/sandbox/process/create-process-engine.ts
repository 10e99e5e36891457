/**
 * The isolation class `process`: bubblewrap on the host's own kernel. Imports the pipeline's ports, the contract,
 * worker/process and its neighbours in worker/sandbox; nothing of it knows GitHub, Redis or the environment.
 *
 * Decided here:
 * - Each command gets namespaces of its own over the same two folders, so that what it started dies with it.
 * - A worker that is root gives every job an unprivileged host user of its own; one that is not needs nothing more
 *   than it has. Both build the same sandbox.
 * - The host's kernel keyrings stay out of reach by refusing the three calls that lead to them. bwrap cannot start a
 *   new session keyring, and the probes show that the host's cannot be read.
 * - A built image takes the place of the host's system folders as a whole: no program of the host's is mixed in.
 * - What this host cannot hold is told in the posture, after it has been tried, and never assumed. Who asks
 *   often keeps it: posture/cache-posture.ts.
 */
import { join } from 'node:path'
import { once } from '../../contract/index.ts'
import { hostImage, type SandboxEngine } from '../../pipeline/ports/index.ts'
import { cgroupFolders } from '../cgroup/find-cgroup-places.ts'
import { assertMountable } from '../command/assert-runnable.ts'
import type { HostTool } from '../command/inside-environment.ts'
import { hostUser } from '../host-user.ts'
import type { ImageStore } from '../image/built-image.ts'
import { type JobView, noNamespaces } from '../overlay/job-namespaces.ts'
import { ownIdentity } from '../reaper/process-identity.ts'
import { killSandbox, listSandboxes, reapSandboxes } from '../reaper/reap-sandboxes.ts'
import { chooseSystem } from './choose-system.ts'
import { prepareHost } from './prepare-host.ts'
import { createProcessSandbox } from './process-sandbox.ts'
import { readPosture } from './read-posture.ts'

export interface ProcessEngineOptions {
  /** Absolute folder for the engine's own small files; made if need be. May be shared by workers of one machine. */
  readonly runDir: string
  /** Where sandboxes of any image but `host` get it from. */
  readonly images: ImageStore
  /** Programs for every sandbox of image `host`, such as the Node that runs the worker. */
  readonly hostTools: readonly HostTool[]
  /** Those in which jobs see their folders; none where the worker mounts in its own. */
  readonly namespaces?: JobView | undefined
  /** A delegated cgroup-v2 folder without processes of its own. By default the engine looks for a place itself. */
  readonly cgroupRoot?: string | undefined
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Makes the engine. Nothing is looked at or written before it is used for the first time. */
export function createProcessEngine(options: ProcessEngineOptions): SandboxEngine {
  const fileOwner = process.getuid?.() === 0 ? hostUser : () => null
  const sandboxes = join(options.runDir, 'sandboxes')
  const prepared = once(() => prepareHost(options.runDir, options.cgroupRoot, ownIdentity()))

  const create: SandboxEngine['create'] = async (spec) => {
    assertMountable(spec)
    const host = await prepared()
    const system = await chooseSystem(spec.image, host, options)
    const user = fileOwner(spec.jobId)
    const { namespaces = noNamespaces, now } = options
    return createProcessSandbox({ host, worker: ownIdentity(), spec, system, user, namespaces, now })
  }

  return {
    isolation: 'process',
    seesMounts: () => true,
    create,
    fileOwner,
    posture: async (image = hostImage) => readPosture(await prepared(), { engine: { create, fileOwner }, image }),
    reap: async (isLive) => reapSandboxes(sandboxes, isLive, await cgroupFolders(options.cgroupRoot)),
    list: async () => listSandboxes(sandboxes),
    kill: async (id) => killSandbox(sandboxes, id),
  }
}
