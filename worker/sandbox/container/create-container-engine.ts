/**
 * The isolation class `container`: the Docker Engine API, spoken to Docker or to Podman's service. Imports the
 * pipeline's ports, the contract, dockerode and its neighbours in worker/sandbox; nothing of it knows GitHub, Redis or
 * the environment.
 *
 * Decided here:
 * - One container is one sandbox, and is started once for each command, not entered again and again. When its first
 *   process ends, the kernel ends every other one in it, so that a command leaves nothing behind whatever it does to
 *   its surroundings: no process, no /tmp, no forwarder that it tampered with. An exec would leave all of that.
 * - The first process is ours and comes with no image. It is told the command through its standard input, so that
 *   neither the command nor its variables are stored by the Engine.
 * - The system-call filter is the one of class process, put up from inside by that first process before anything else
 *   runs, on top of the Engine's own profile. An Engine's profile cannot say "every call younger than this table".
 * - Nothing is believed of an Engine that a probe has not shown. What it cannot hold is told in the posture.
 * - The Engine's socket is as much as root on this host. Only the worker has it; no sandbox does.
 */
import { mkdir } from 'node:fs/promises'
import { release } from 'node:os'
import { join } from 'node:path'
import { once } from '../../contract/index.ts'
import { type SandboxEngine, SandboxError } from '../../pipeline/ports/index.ts'
import { assertMountable } from '../command/assert-runnable.ts'
import { hostUser } from '../host-user.ts'
import type { ImageStore } from '../image/built-image.ts'
import { findProbeImage } from '../posture/find-probe-image.ts'
import { probeWalls } from '../posture/probe-walls.ts'
import { createContainerImages } from './container-images.ts'
import { createContainerSandbox } from './container-sandbox.ts'
import { describeContainerPosture } from './describe-container-posture.ts'
import { createEngineClient } from './engine-client.ts'
import { createMountSight } from './mount-sight.ts'
import { killContainer, listContainers, reapContainers } from './reap-containers.ts'
import type { ContainerHost } from './set-up-container.ts'

export interface ContainerEngineOptions {
  /** Absolute folder for the engine's own small files; made if need be. May be shared by workers of one machine. */
  readonly runDir: string
  readonly images: ImageStore
  /** Absolute path of the Engine's unix socket. The Engine must be on this machine: it binds folders of it. */
  readonly socket: string
  /** The OCI runtime, by the name that the Engine has for it: runc, runsc, kata. */
  readonly runtime: string
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Makes the engine. Nothing is looked at or written before it is used for the first time. */
export function createContainerEngine(options: ContainerEngineOptions): SandboxEngine {
  const engine = createEngineClient(options.socket)
  const images = createContainerImages(options.images, engine)
  const sight = createMountSight(engine, { runtime: options.runtime, noteFile: join(options.runDir, 'sees-no-mounts') })
  const fileOwner = process.getuid?.() === 0 ? hostUser : () => null
  const leftovers = once(async () => {
    const sandboxes = join(options.runDir, 'containers')
    await mkdir(sandboxes, { recursive: true, mode: 0o711 })
    return { engine, sandboxes }
  })
  const prepared = once(async () => ({ ...(await prepare(options.runtime, await leftovers())), sight }))

  const create: SandboxEngine['create'] = async (spec) => {
    assertMountable(spec)
    const [host, image] = await Promise.all([prepared(), images(spec.image)])
    const user = fileOwner(spec.jobId) ?? { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
    return createContainerSandbox({ host, spec, image, user, now: options.now })
  }

  const posture: SandboxEngine['posture'] = async (wanted) => {
    const image = wanted ?? (await findProbeImage(options.images))
    // Asked anew: the Engine may have been replaced by another version since the last time.
    const { facts, runtime } = await prepare(options.runtime, await leftovers())
    const probes = await probeWalls({ engine: { create, fileOwner }, image })
    return describeContainerPosture({ engine: facts, runtime, kernel: release(), probes })
  }

  return {
    isolation: 'container',
    seesMounts: sight.sees,
    create,
    fileOwner,
    posture,
    reap: async (isLive) => reapContainers(await leftovers(), isLive),
    list: async () => listContainers(await leftovers()),
    kill: async (id) => killContainer(await leftovers(), id),
  }
}

/** Throws SandboxError `unavailable` with what is missing and how to get it. */
async function prepare(runtime: string, { engine, sandboxes }: Pick<ContainerHost, 'engine' | 'sandboxes'>) {
  const facts = await engine.facts()
  if (facts.rootless) {
    throw new SandboxError('unavailable', `the Engine at ${engine.socket} runs rootless: start it as root`)
  }
  if (!facts.runtimes.includes(runtime)) {
    const known = facts.runtimes.join(', ')
    const how =
      facts.kind === 'podman'
        ? `podman --runtime ${runtime} system service`
        : `"runtimes": {"${runtime}": {"path": …}} in /etc/docker/daemon.json`
    throw new SandboxError('unavailable', `${facts.kind} has no runtime ${runtime}, only ${known}: ${how}`)
  }
  return { engine, facts, runtime, sandboxes }
}
