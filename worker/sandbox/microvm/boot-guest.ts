import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SandboxError, type SandboxSpec } from '../../pipeline/ports/index.ts'
import { type NetworkCounters, openNetworkCounters } from '../audit/network-counters.ts'
import { printable } from '../audit/printable.ts'
import type { BuiltImage } from '../image/built-image.ts'
import { sandboxMark } from '../reaper/sandbox-state.ts'
import { sandboxFilter } from '../seccomp/sandbox-filter.ts'
import { belowDiskBytes } from './below-disk.ts'
import { relayToBroker } from './broker-relay.ts'
import type { HostUser } from './confined.ts'
import { createGuestLink, expectFrame, type GuestLink } from './guest-link.ts'
import type { StatePlan } from './keep-state.ts'
import type { PreparedMicrovm } from './prepare-microvm.ts'
import type { MicrovmParts } from './set-up-microvm.ts'
import { type Machine, startMachine } from './start-machine.ts'

export interface GuestPlan {
  readonly host: PreparedMicrovm
  readonly parts: MicrovmParts
  readonly image: BuiltImage
  readonly spec: SandboxSpec
  /** Read-only folders, inside as /opt/airlock/NAME. */
  readonly tools: readonly { readonly name: string; readonly path: string }[]
  readonly user: HostUser | null
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** A guest that is ready for commands. */
export interface Guest {
  readonly machine: Machine
  readonly link: GuestLink
  /** Of the namespace that the machine is confined in on the host, which the guest cannot write. */
  readonly counters: NetworkCounters
}

/** Seconds on a quiet machine; a busy one that translates takes its time. */
const bootTimeoutMs = 120_000
const shownConsoleBytes = 3000
const randomBytesGiven = 64

/**
 * Starts the sandbox's machine: from a state where there is one, else by booting. The job's disk is filled meanwhile:
 * the guest looks at it last.
 */
export async function bootGuest(plan: GuestPlan): Promise<Guest> {
  const { host, parts, spec } = plan
  const filled = parts.disk.fill()
  filled.catch(() => {})
  const state = await stateOf(plan)
  const prepared = await host.states.open(state)
  const machine = await startMachine({
    ...{ ...state.machine, user: plan.user, mark: sandboxMark(parts.id) },
    ...(prepared === null ? { from: 'boot' } : { from: 'state', state: prepared.fd }),
    limit: (pid) => parts.group.add(pid),
  }).finally(() => prepared?.close())
  try {
    const link = createGuestLink(machine.control)
    if (spec.brokerSocket !== null) relayToBroker(machine.broker, spec.brokerSocket, machine.kill)
    if (prepared === null) await expect(machine, link, 'up')
    await filled
    link.send({ kind: 'filter', program: sandboxFilter('x64') })
    link.send({ kind: 'configuration', values: await configuration(plan) })
    await expect(machine, link, 'ready')
    return { machine, link, counters: openNetworkCounters(await confinedIn(machine)) }
  } catch (error) {
    machine.kill()
    const [, disk] = await Promise.allSettled([machine.exited, filled])
    // Not started again here: it may have been killed by somebody who wants it gone.
    if (prepared !== null && disk.status === 'fulfilled') await host.states.discard(state, String(error))
    throw error
  }
}

/** bwrap itself stays in the host's namespaces; what it has started is in the machine's. */
async function confinedIn({ pid }: Machine): Promise<number> {
  const [child] = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')).split(' ')
  return Number(child ?? 0)
}

/** A machine like this one, but nobody's. */
async function stateOf(plan: GuestPlan): Promise<StatePlan> {
  const { host, image, spec } = plan
  const { accelerator, counterKhz, groups } = host.accelerator
  const { kernel, initramfs } = host.guest
  const given = await disks(plan)
  return {
    machine: {
      ...{ program: host.program, user: host.trialUser, mark: 'airlock-state', limits: spec.limits },
      ...{ accelerator, counterKhz, groups, kernel, initramfs, disks: given },
    },
    content: [image.digest, ...given.filter(({ ownBytes }) => ownBytes === null).map(({ path }) => path)],
  }
}

/** The root file system is the first: the guest's first program knows no other way to tell it from the others. */
async function disks({ host, parts, image, tools }: GuestPlan): Promise<StatePlan['machine']['disks']> {
  const folder = dirname(parts.disk.path)
  const toolDisks = tools.map(async ({ path }, index) => {
    const serial = `tool${index}`
    return { serial, ...(await host.images.tool(path, join(folder, `${serial}.erofs`))) }
  })
  return [
    { serial: 'root', path: await host.images.root(image), ownBytes: null },
    { serial: 'data', path: parts.disk.path, ownBytes: parts.disk.bytes, writable: true },
    ...(parts.below === null ? [] : [{ serial: 'below', path: parts.below.disk, ownBytes: belowDiskBytes }]),
    ...(await Promise.all(toolDisks)),
  ]
}

async function configuration({ spec, parts, tools, now }: GuestPlan): Promise<Readonly<Record<string, string>>> {
  const { limits } = spec
  const forwarder = await readFile(new URL('./guest/forwarder.pl', import.meta.url), 'utf8')
  return {
    now: String(now() * 1000),
    // A guest that starts from a state would draw the same numbers as all others that do.
    randomness: randomBytes(randomBytesGiven).toString('hex'),
    memory: String(limits.memoryBytes),
    pids: String(limits.pids),
    // What setup left counts, as it does where it is copied.
    disk: String(Math.max(0, limits.diskBytes - (parts.below?.bytes ?? 0))),
    below: parts.below === null ? '' : '1',
    tmp: String(Math.floor(Math.min(limits.memoryBytes / 2, limits.diskBytes))),
    tools: tools.map((tool) => tool.name).join('/'),
    forwarder: spec.brokerSocket === null ? '' : forwarder,
  }
}

async function expect(machine: Machine, link: GuestLink, kind: 'up' | 'ready'): Promise<void> {
  const why = await expectFrame(link, kind, bootTimeoutMs)
  if (why === null) return
  const said = `${why}; console: ${machine.console().slice(-shownConsoleBytes)}`
  const text = printable(Buffer.from(said, 'latin1'), 2 * shownConsoleBytes)
  throw new SandboxError('start-failed', `the guest did not boot: ${text}`)
}
