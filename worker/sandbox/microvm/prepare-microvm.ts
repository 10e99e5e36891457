import { chmod, mkdir } from 'node:fs/promises'
import { arch } from 'node:os'
import { join } from 'node:path'
import { SandboxError } from '../../pipeline/ports/index.ts'
import { findCgroupPlaces } from '../cgroup/find-cgroup-places.ts'
import type { CgroupPlace } from '../cgroup/parse-cgroup-mounts.ts'
import { findPrograms, missingText, type Program } from '../process/find-programs.ts'
import { createBelowDisks } from './below-disk.ts'
import { type ChosenAccelerator, chooseAccelerator } from './choose-accelerator.ts'
import type { HostUser } from './confined.ts'
import { createPreparedStates, type PreparedStates } from './create-prepared-states.ts'
import { createErofsImages, type ErofsImages } from './erofs-images.ts'
import { type GuestKernel, guestKernel } from './guest-kernel.ts'

/** What the engine found on this host and made once for all its sandboxes. */
export interface PreparedMicrovm {
  readonly program: (name: Program) => string
  readonly guest: GuestKernel
  readonly accelerator: ChosenAccelerator
  readonly places: readonly CgroupPlace[]
  readonly images: ErofsImages
  readonly below: ReturnType<typeof createBelowDisks>
  readonly states: PreparedStates
  /** Whom machines run as that no job is in; null: the worker. */
  readonly trialUser: HostUser | null
  /** One folder per sandbox, also after a crash. */
  readonly sandboxes: string
}

const required = [
  ...(['qemu-system-x86_64', 'mkfs.erofs', 'mke2fs', 'find'] as const),
  ...(['bwrap', 'setpriv', 'bash', 'perl'] as const),
]

/** Throws SandboxError `unavailable` with everything that is missing and the line that installs it. */
export async function prepareMicrovm(runDir: string, trialUser: HostUser | null): Promise<PreparedMicrovm> {
  if (arch() !== 'x64') throw new SandboxError('unavailable', `class microvm needs x86-64, this is ${arch()}`)
  const programs = await findPrograms(required)
  const missing = required.filter((program) => !programs.has(program))
  if (missing.length > 0) throw new SandboxError('unavailable', missingText(missing))
  const program = (name: Program) => programs.get(name) ?? name
  const sandboxes = join(runDir, 'sandboxes')
  await mkdir(sandboxes, { recursive: true })
  for (const folder of [runDir, sandboxes]) await chmod(folder, 0o711)
  const [places, guest] = await Promise.all([findCgroupPlaces(undefined), guestKernel(join(runDir, 'kernel'))])
  const accelerator = await chooseAccelerator({ program, guest, user: trialUser, folder: runDir })
  const images = createErofsImages(program, join(runDir, 'tools'))
  const states = createPreparedStates(join(runDir, 'states'), accelerator.key)
  const below = createBelowDisks(program)
  return { program, guest, accelerator, places, images, below, states, trialUser, sandboxes }
}
