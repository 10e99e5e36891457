/**
 * The isolation class `microvm`: a virtual machine of QEMU's type of that name, with Debian's kernel for virtual
 * machines and an image of ours. Imports the pipeline's ports, the contract, worker/process and its neighbours in
 * worker/sandbox; nothing of it knows GitHub, Redis or the environment.
 *
 * Decided here:
 * - One machine per sandbox, for all its commands. In it a process of ours runs them as an ordinary user in a
 *   control group, under the same system call filter as on the host, and kills all of them after each.
 * - No network device. Two ports lead out: one to run commands, one to the broker.
 * - The guest gets no folder of the host. Its job's folders lie on a disk of its own; after each command they are
 *   read from it, by a confined process that takes the disk for hostile. If the machine is ended in the middle of a
 *   command, the host's folders stay as they were after the last one that finished.
 * - What an earlier setup left is on a read-only disk that all its jobs share, below what the job writes: that alone is
 *   laid out on the job's own disk and read from it again.
 * - The machine's process on the host is confined too: no file but its disks, an unprivileged user, no capabilities,
 *   QEMU's own filter, control groups.
 * - KVM only where a guest boots with it; else translation, which the posture calls degraded.
 */

import { join } from 'node:path'
import { once } from '../../contract/index.ts'
import { type Sandbox, type SandboxEngine, SandboxError } from '../../pipeline/ports/index.ts'
import { seenBy } from '../audit/network-counters.ts'
import { cgroupFolders } from '../cgroup/find-cgroup-places.ts'
import { assertMountable } from '../command/assert-runnable.ts'
import { type HostTool, insideEnvironment } from '../command/inside-environment.ts'
import { createPhaseBudget } from '../command/phase-budget.ts'
import { sequentialSandbox } from '../command/sequential-sandbox.ts'
import { hostUser } from '../host-user.ts'
import type { BuiltImage, ImageStore } from '../image/built-image.ts'
import { requireImage } from '../image/require-image.ts'
import { type JobView, noNamespaces } from '../overlay/job-namespaces.ts'
import { findProbeImage } from '../posture/find-probe-image.ts'
import { killSandbox, listSandboxes, reapSandboxes } from '../reaper/reap-sandboxes.ts'
import { bootGuest, type Guest, type GuestPlan } from './boot-guest.ts'
import { prepareMicrovm } from './prepare-microvm.ts'
import { readMicrovmPosture } from './read-microvm-posture.ts'
import { runInGuest } from './run-in-guest.ts'
import { removeMicrovm, setUpMicrovm } from './set-up-microvm.ts'

export interface MicrovmEngineOptions {
  /** Absolute folder for the engine's own files: the kernel, tools as disks, sandboxes. Made if need be. */
  readonly runDir: string
  readonly images: ImageStore
  /** Programs for every sandbox. */
  readonly hostTools?: readonly HostTool[]
  /** Where a job's folders are what it is to see. By default, where they are for everybody. */
  readonly namespaces?: JobView | undefined
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Makes the engine. Nothing is looked at or written before it is used for the first time. */
export function createMicrovmEngine(options: MicrovmEngineOptions): SandboxEngine {
  const { runDir, images, hostTools = [], namespaces = noNamespaces, now } = options
  const fileOwner = process.getuid?.() === 0 ? hostUser : () => null
  const sandboxes = join(runDir, 'sandboxes')
  const prepared = once(() => prepareMicrovm(runDir, fileOwner('trial')))

  const create: SandboxEngine['create'] = async (spec) => {
    assertMountable(spec)
    const [image, host] = await Promise.all([requireImage(images, spec.image), prepared()])
    const user = fileOwner(spec.jobId)
    const parts = await setUpMicrovm(host, spec, user, namespaces)
    const tools = [...spec.tools, ...hostTools]
    return createMicrovmSandbox({ host, parts, image, spec, tools, user, now }, environmentOf(image, hostTools))
  }

  const posture: SandboxEngine['posture'] = async (name) => {
    const host = await prepared()
    const image = name ?? (await findProbeImage(images))
    return readMicrovmPosture(host, { engine: { create, fileOwner }, image })
  }

  return {
    isolation: 'microvm',
    seesMounts: () => true,
    create,
    fileOwner,
    posture,
    reap: async (isLive) => reapSandboxes(sandboxes, isLive, await cgroupFolders(undefined)),
    list: async () => listSandboxes(sandboxes),
    kill: async (id) => killSandbox(sandboxes, id),
  }
}

function environmentOf(image: BuiltImage, hostTools: readonly HostTool[]): Readonly<Record<string, string>> {
  return { ...insideEnvironment(hostTools), ...image.env }
}

/** What a guest does before it is ready is not the job's work, and bounded. */
async function bootAtUsualWeight(plan: GuestPlan): Promise<Guest> {
  plan.parts.group.weigh('start')
  try {
    return await bootGuest(plan)
  } finally {
    plan.parts.group.weigh('job')
  }
}

async function createMicrovmSandbox(plan: GuestPlan, environment: Readonly<Record<string, string>>): Promise<Sandbox> {
  const { host, parts, now } = plan
  const guest = await bootAtUsualWeight(plan).catch(async (error: unknown) => {
    await removeMicrovm(host, parts)
    throw error
  })
  const budget = createPhaseBudget(plan.spec.limits, now)
  let whole = true
  return sequentialSandbox(parts.id, {
    run: (request) =>
      budget(async (left) => {
        if (!whole) throw new SandboxError('start-failed', 'the machine ended with an earlier command')
        const env = { ...environment, ...request.env }
        const end = await runInGuest(guest, { ...request, env }, left, now, parts.group.memoryKills)
        whole = end.whole
        if (whole) await parts.disk.bringOut()
        const { ended, exitCode, signal, outputBytes } = end
        const seen = { processes: [], processesTruncated: false, ...seenBy(guest.counters) }
        return { ended, exitCode, signal, outputBytes, ...seen }
      }),
    remove: async () => {
      guest.machine.kill()
      await guest.machine.exited
      guest.counters[Symbol.dispose]()
      return removeMicrovm(host, parts)
    },
  })
}
