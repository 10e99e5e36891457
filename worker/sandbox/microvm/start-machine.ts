import { once } from 'node:events'
import { Duplex, type Readable } from 'node:stream'
import { SandboxError } from '../../pipeline/ports/index.ts'
import { spawnProcess } from '../../process/spawn-process.ts'
import type { Program } from '../process/find-programs.ts'
import { inheritedFiles } from '../process/inherited-files.ts'
import { type Bind, confinedCommand, type HostUser } from './confined.ts'
import { furtherFile, handedOver, type MachinePlan, qemuArguments } from './qemu-arguments.ts'

export interface MachineStart extends Omit<MachinePlan, 'qemu'> {
  readonly program: (name: Program) => string
  readonly user: HostUser | null
  /** Further groups of that user: the one that may use KVM. */
  readonly groups: readonly number[]
  /** Puts a process, and what it starts from then on, under the sandbox's limits. */
  readonly limit: (pid: number) => Promise<void>
  /** The number of a file that is open here: what a machine starts `from` a state with. */
  readonly state?: number
  /** A socket here that the machine sees under stateSocket: where its state is to go. */
  readonly keeper?: string
}

/** Where a machine whose state is kept finds the socket for it. */
export const stateSocket = '/machine/keeper'

/** A machine that runs. What comes out of it is a guest's word. */
export interface Machine {
  /** Its number on the host: of the program that confines it. Null: it did not start. */
  readonly pid: number | null
  readonly control: Duplex
  readonly broker: Duplex
  /** Of a machine that has one. */
  readonly monitor: Duplex | null
  /** Resolves once, when its process on the host has ended. */
  readonly exited: Promise<void>
  /** The end of what the guest wrote to its console and QEMU to its own, as it was written. */
  console(): string
  kill(): void
}

const keptConsoleBytes = 65_536
/**
 * Waits until the process is in its control groups, so that everything of it is; and closes what is not its own.
 * A state is read by a program of ours outside of the confinement: QEMU, which a job may have taken over, gets a
 * pipe, by which nothing can be written to what other machines start from.
 */
const gateScript = [
  'read -r go || exit 1; for number in $1; do eval "exec $number>&-"; done',
  `[ "$2" != state ] || exec ${furtherFile}< <(exec /bin/cat <&${furtherFile} 3<&- 4<&-)`,
  'shift 2; exec "$@" </dev/null',
].join('; ')

/** Starts a virtual machine, confined on the host: see confinedCommand. */
export async function startMachine(start: MachineStart): Promise<Machine> {
  const files = [start.kernel, start.initramfs, ...start.disks.map((disk) => disk.path)]
  const seen = (path: string) => `/machine/${files.indexOf(path)}`
  const writable = new Set(start.disks.filter((disk) => disk.writable).map((disk) => disk.path))
  const kvm: Bind[] = start.accelerator === 'kvm' ? [{ from: '/dev/kvm', inside: '/dev/kvm', device: true }] : []
  const keeper: Bind[] = start.keeper === undefined ? [] : [{ from: start.keeper, inside: stateSocket }]
  const command = confinedCommand({
    ...{ program: start.program, user: start.user, groups: start.groups, inside: 1000 },
    binds: [
      ...kvm,
      ...keeper,
      ...files.map(
        (path): Bind => ({ from: path, inside: seen(path), ...(writable.has(path) ? { writable: true } : {}) }),
      ),
    ],
    command: qemuArguments({
      ...start,
      qemu: start.program('qemu-system-x86_64'),
      kernel: seen(start.kernel),
      initramfs: seen(start.initramfs),
      disks: start.disks.map((disk) => ({ ...disk, path: seen(disk.path) })),
    }),
  })
  const further = { boot: [], state: [start.state], 'boot-to-keep': ['pipe' as const] }[start.from]
  const stdio = [...Array.from({ length: furtherFile }, () => 'pipe' as const), ...further]
  const inherited = inheritedFiles().filter((number) => number >= stdio.length)
  const process = spawnProcess(
    ['/bin/bash', '--norc', '-c', gateScript, 'airlock-gate', inherited.join(' '), start.from, ...command],
    { cwd: '/', env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' }, stdio },
  )
  const exited = once(process, 'exit').then(
    () => {},
    () => {},
  )
  const kill = () => {
    process.kill('SIGKILL')
  }
  const said = keepEnd([process.stdout, process.stderr])
  try {
    if (process.pid !== undefined) await start.limit(process.pid)
    process.stdin?.on('error', () => {}).end('go\n')
    return {
      pid: process.pid ?? null,
      control: portOf(process.stdio[handedOver.control]),
      broker: portOf(process.stdio[handedOver.broker]),
      monitor: start.from === 'boot-to-keep' ? portOf(process.stdio.at(furtherFile)) : null,
      exited,
      console: said,
      kill,
    }
  } catch (error) {
    kill()
    throw new SandboxError('start-failed', 'the machine could not be started', { cause: error })
  }
}

function portOf(stream: unknown): Duplex {
  if (!(stream instanceof Duplex)) throw new TypeError('no socket to the machine')
  // The machine may be gone already; that is told by its exit.
  return stream.on('error', () => {})
}

function keepEnd(streams: readonly (Readable | null)[]): () => string {
  let kept = Buffer.alloc(0)
  for (const stream of streams) {
    stream?.on('data', (chunk: Buffer) => {
      kept = Buffer.concat([kept, chunk]).subarray(-keptConsoleBytes)
    })
  }
  return () => kept.toString('latin1')
}
