import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { chmod, chown, mkdtemp, open, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { SandboxError } from '../../pipeline/ports/index.ts'
import { createGuestLink, expectFrame } from './guest-link.ts'
import { createMonitor } from './machine-monitor.ts'
import type { MachinePlan } from './qemu-arguments.ts'
import { type Machine, type MachineStart, startMachine, stateSocket } from './start-machine.ts'

/** A machine whose state is wanted. */
export interface StatePlan {
  readonly machine: Omit<MachineStart, 'from' | 'limit' | 'disks'> & {
    /** `ownBytes`: the size of one that is a single sandbox's, which no state has seen; null: it is shared. */
    readonly disks: readonly (MachinePlan['disks'][number] & { readonly ownBytes: number | null })[]
  }
  /** What is on the disks that are shared. */
  readonly content: readonly string[]
}

const bootTimeoutMs = 120_000
const saveTimeoutMs = 60_000
const bytesPerSecond = 100 * 1024 ** 3
const inFlight = new Set(['none', 'setup', 'active', 'device'])

/**
 * Boots a machine that no job and no secret comes near, with empty disks where a sandbox's own would be, as far as its
 * first process can tell without being told anything; and writes down all of its memory.
 */
export async function keepState(plan: StatePlan, path: string): Promise<void> {
  // Short, because the path of a unix socket ends at 107 bytes.
  const folder = await mkdtemp('/tmp/airlock-state-')
  const { user } = plan.machine
  const socket = join(folder, 'socket')
  const server = createServer()
  let machine: Machine | null = null
  try {
    await chmod(folder, 0o711)
    const disks = await Promise.all(plan.machine.disks.map((disk) => blank(disk, folder)))
    server.listen(socket)
    await once(server, 'listening')
    const own = [socket, ...disks.flatMap(({ ownBytes, path }) => (ownBytes === null ? [] : [path]))]
    if (user !== null) for (const path of own) await chown(path, user.uid, user.gid)
    const written = once(server, 'connection').then(async ([stream]: Socket[]) => {
      if (stream !== undefined) await pipeline(stream, createWriteStream(path, { flags: 'wx', mode: 0o600 }))
    })
    written.catch(() => {})
    machine = await startMachine({
      ...plan.machine,
      disks,
      from: 'boot-to-keep',
      keeper: socket,
      limit: async () => {},
    })
    const why = await expectFrame(createGuestLink(machine.control), 'up', bootTimeoutMs)
    if (why !== null) throw new SandboxError('start-failed', `no guest to keep: ${why}`)
    await save(machine)
    await written
  } finally {
    machine?.kill()
    await machine?.exited
    server.close()
    await rm(folder, { recursive: true, force: true })
  }
}

type Disk = StatePlan['machine']['disks'][number]

/** An empty one of the same size where the disk is a sandbox's own: a guest asks for its size once, before it is kept. */
async function blank(disk: Disk, folder: string): Promise<Disk> {
  if (disk.ownBytes === null) return disk
  const path = join(folder, disk.serial)
  const file = await open(path, 'wx', 0o600)
  await file.truncate(disk.ownBytes)
  await file.close()
  return { ...disk, path }
}

async function save({ monitor: port }: Machine): Promise<void> {
  if (port === null) throw new TypeError('a machine without a monitor')
  const monitor = createMonitor(port)
  await monitor('qmp_capabilities', {})
  await monitor('migrate-set-parameters', { 'max-bandwidth': bytesPerSecond })
  await monitor('migrate', { uri: `unix:${stateSocket}` })
  for (let left = saveTimeoutMs; left > 0; left -= 10) {
    const { status } = await monitor('query-migrate', {})
    if (status === 'completed') return
    if (!inFlight.has(status ?? 'none')) throw new SandboxError('start-failed', `its state was not saved: ${status}`)
    await sleep(10)
  }
  throw new SandboxError('start-failed', `its state was not saved within ${saveTimeoutMs / 1000} s`)
}
