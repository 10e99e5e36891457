/**
 * The isolation class `gvisor`: runsc, whose sentry is a kernel of the sandbox's own, written in Go, in user space.
 * Imports the pipeline's ports, the contract, worker/process and its neighbours in worker/sandbox.
 *
 * Decided here:
 * - Each command gets a container of its own over the same two folders, so that what it started dies with it. One
 *   long-lived container would save the start, but what a command left in it would live on.
 * - runsc runs inside bubblewrap, as nobody: sentry and gofer see nothing of the host but the job's own files, have
 *   powers in a user namespace alone, and die with its first process. A job has to get out of both.
 * - No file of the image is copied: its folders are mounted read-only, which the host's kernel holds.
 * - The record of what started and connected is the sentry's own. Nothing inside can keep itself out of it.
 */
import { join } from 'node:path'
import { once } from '../../contract/index.ts'
import type { Sandbox, SandboxEngine, SandboxSpec } from '../../pipeline/ports/index.ts'
import { cgroupFolders } from '../cgroup/find-cgroup-places.ts'
import { assertMountable } from '../command/assert-runnable.ts'
import { sequentialSandbox } from '../command/sequential-sandbox.ts'
import { hostUser } from '../host-user.ts'
import type { ImageStore } from '../image/built-image.ts'
import { requireImage } from '../image/require-image.ts'
import { type JobView, noNamespaces } from '../overlay/job-namespaces.ts'
import { findProbeImage } from '../posture/find-probe-image.ts'
import { removeSandbox } from '../process/remove-sandbox.ts'
import { setUpSandbox } from '../process/set-up-sandbox.ts'
import { readImageView } from '../process/system-view.ts'
import { ownIdentity } from '../reaper/process-identity.ts'
import { killSandbox, listSandboxes, reapSandboxes } from '../reaper/reap-sandboxes.ts'
import { createGvisorRunner, type GvisorContext } from './create-gvisor-runner.ts'
import { hostTasks } from './host-tasks.ts'
import { type GvisorSettings, prepareGvisor } from './prepare-gvisor.ts'
import { readGvisorPosture } from './read-gvisor-posture.ts'

export interface GvisorEngineOptions extends GvisorSettings {
  /** Absolute folder for the engine's own small files; made if need be. May be shared by workers of one machine. */
  readonly runDir: string
  readonly images: ImageStore
  /** Those in which jobs see their folders; none where the worker mounts in its own. */
  readonly namespaces?: JobView | undefined
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Makes the engine. Nothing is looked at or written before it is used for the first time. */
export function createGvisorEngine(options: GvisorEngineOptions): SandboxEngine {
  const fileOwner = process.getuid?.() === 0 ? hostUser : () => null
  const sandboxes = join(options.runDir, 'sandboxes')
  const prepared = once(() => prepareGvisor(options))

  const create: SandboxEngine['create'] = async (spec) => {
    assertMountable(spec)
    const [image, host] = await Promise.all([requireImage(options.images, spec.image), prepared()])
    const view = await readImageView(image.rootfs)
    const user = fileOwner(spec.jobId)
    const { namespaces = noNamespaces, now } = options
    const given = { host, view, env: image.env, worker: ownIdentity(), spec, user }
    return createGvisorSandbox({ ...given, namespaces, now })
  }

  const posture: SandboxEngine['posture'] = async (name) => {
    const host = await prepared()
    const image = name ?? (await findProbeImage(options.images))
    return readGvisorPosture(host, { engine: { create, fileOwner }, image })
  }

  return {
    isolation: 'gvisor',
    seesMounts: () => true,
    create,
    fileOwner,
    posture,
    reap: async (isLive) => reapSandboxes(sandboxes, isLive, await cgroupFolders(options.cgroupRoot)),
    list: async () => listSandboxes(sandboxes),
    kill: async (id) => killSandbox(sandboxes, id),
  }
}

async function createGvisorSandbox(context: GvisorContext): Promise<Sandbox> {
  const { host, spec } = context
  const limits = { ...spec.limits, pids: hostTasks(spec.limits.pids, host.mostTasks) }
  const parts = await setUpSandbox({ ...context, limits, visible: visiblePaths(context) })
  const runner = createGvisorRunner(context, parts)
  return sequentialSandbox(parts.id, {
    run: runner.run,
    remove: () => removeSandbox(host, parts, runner.namespaces()),
  })
}

function visiblePaths({ host, spec, view }: Pick<GvisorContext, 'host' | 'view'> & { spec: SandboxSpec }): string[] {
  const { path, sidecars } = host.runsc
  const perhaps = [sidecars, spec.brokerSocket].filter((one) => one !== null)
  return [spec.workspace, spec.home, view.root, path, ...spec.tools.map((tool) => tool.path), ...perhaps]
}
