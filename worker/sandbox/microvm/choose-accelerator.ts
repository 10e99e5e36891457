import { readFile, rename, stat, writeFile } from 'node:fs/promises'
import { release } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { SandboxError } from '../../pipeline/ports/index.ts'
import { runCommand } from '../../process/run-command.ts'
import type { Program } from '../process/find-programs.ts'
import type { HostUser } from './confined.ts'
import type { GuestKernel } from './guest-kernel.ts'
import type { Accelerator } from './qemu-arguments.ts'
import { startMachine } from './start-machine.ts'

const chosenSchema = z.strictObject({
  /** What it was tried on. */
  key: z.string(),
  accelerator: z.enum(['kvm', 'tcg']),
  counterKhz: z.int().positive().nullable(),
  groups: z.array(z.int()),
  qemu: z.string(),
})
/** How guests are run on this host, found by running one. */
export type ChosenAccelerator = z.infer<typeof chosenSchema>

export interface AcceleratorPlan {
  readonly program: (name: Program) => string
  readonly guest: GuestKernel
  /** Whom machines run as; null: the worker. */
  readonly user: HostUser | null
  /** Where the answer is kept. */
  readonly folder: string
}

/** A guest that takes longer to its first program and to its end is of no use. */
const bootTimeoutMs = { kvm: 10_000, tcg: 60_000 } as const
const trialMemoryBytes = 128 * 1024 * 1024
const endOfTrial = 'airlock: no root'

/**
 * KVM only if a guest boots with it to its end, because the device being there says little: it may be closed to the
 * job's user, or emulated so slowly that nothing comes of it. Else QEMU's own translation. Tried once per start of
 * the host, and again when the host's kernel, QEMU or the guest's kernel changes.
 */
export async function chooseAccelerator(plan: AcceleratorPlan): Promise<ChosenAccelerator> {
  const { stdout } = await runCommand([plan.program('qemu-system-x86_64'), '--version'], { timeoutMs: 10_000 })
  const qemu = /\d{1,9}(?:\.\d{1,9})+/.exec(stdout.toString('utf8'))?.[0] ?? 'unknown'
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')
  const key = [boot.trim(), release(), qemu, plan.guest.release].join(' ')
  const path = join(plan.folder, 'accelerator.json')
  const kept = chosenSchema.safeParse(parseJson(await readFile(path, 'utf8').catch(() => ''))).data
  if (kept?.key === key) return kept
  const chosen = { key, qemu, ...(await tryAll(plan)) }
  const draft = `${path}.${process.pid}`
  await writeFile(draft, JSON.stringify(chosen))
  await rename(draft, path)
  return chosen
}

async function tryAll(plan: AcceleratorPlan): Promise<Omit<ChosenAccelerator, 'key' | 'qemu'>> {
  const groups = await groupOfKvm()
  if (groups !== null && (await boots(plan, 'kvm', groups, null)) !== null) {
    return { accelerator: 'kvm', counterKhz: null, groups: [...groups] }
  }
  const assumed = await processorKhz()
  const said = await boots(plan, 'tcg', [], assumed)
  if (said === null) throw new SandboxError('unavailable', 'no guest boots here, neither with KVM nor without')
  // What the guest itself measured is better than what the host says, which may be today's speed of one processor.
  const measured = Number(/tsc: Detected (\d+\.\d+) MHz processor/.exec(said)?.[1] ?? 0)
  return { accelerator: 'tcg', counterKhz: measured > 0 ? Math.round(measured * 1000) : assumed, groups: [] }
}

async function processorKhz(): Promise<number> {
  const text = await readFile('/proc/cpuinfo', 'utf8').catch(() => '')
  return Math.round(Number(/^cpu MHz\s*: (\d+\.\d+)$/m.exec(text)?.[1] ?? 2000) * 1000)
}

/** The groups that a user needs for /dev/kvm; null where there is none. */
async function groupOfKvm(): Promise<readonly number[] | null> {
  const device = await stat('/dev/kvm').catch(() => null)
  if (device === null) return null
  return (device.mode & 0o060) === 0o060 && device.gid !== 0 ? [device.gid] : []
}

/** Boots a guest without any disk, which says so and powers off. Gives what its console said; null if it did not come that far. */
async function boots(
  { program, guest, user }: AcceleratorPlan,
  accelerator: Accelerator,
  groups: readonly number[],
  counterKhz: number | null,
): Promise<string | null> {
  const machine = await startMachine({
    ...{ program, user, groups, accelerator, counterKhz, mark: 'airlock-trial', from: 'boot', verbose: true },
    ...{ kernel: guest.kernel, initramfs: guest.initramfs, disks: [] },
    limits: { memoryBytes: trialMemoryBytes, cpus: 1 },
    limit: async () => {},
  })
  const timer = new AbortController()
  const late = sleep(bootTimeoutMs[accelerator], true, { signal: timer.signal }).catch(() => false)
  const tooLate = await Promise.race([machine.exited.then(() => false), late])
  timer.abort()
  machine.kill()
  await machine.exited
  const said = machine.console()
  return !tooLate && said.includes(endOfTrial) ? said : null
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
