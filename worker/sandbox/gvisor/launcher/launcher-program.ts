import { readFileSync } from 'node:fs'
import { type BrokerDoor, forwardScript } from '../../command/launch-script.ts'
import { type Machine, type SystemCall, systemCallNumber } from '../../seccomp/system-calls.ts'
import { arm64 } from './encode-arm64.ts'
import { x64 } from './encode-x64.ts'
import type { Step, Word } from './machine-code.ts'
import { buildProgram, type ProgramData } from './static-program.ts'

/** What is baked into one command's launcher. */
export interface LauncherPlan {
  readonly machine: Machine
  /** Of system calls, for the launcher and all that comes after it. */
  readonly filter: Buffer
  /** Null: there is no way out. */
  readonly broker: BrokerDoor | null
  readonly command: readonly string[]
  /** The command's own: where a program without a folder is looked for. */
  readonly searchPath: string | undefined
}

const text = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8')
const perl = '/usr/bin/perl'
const forwarderScript = forwardScript + text('./forwarder.pl')
/** What stands before the command on the launcher's own command line: it goes this way if it does not find it. */
const finding = [perl, '-e', text('./find-command.pl'), '--'] as const

const encoders = { x64, arm64 } as const
/** The signal at a child's end, and for a child that shares memory with its parent, which waits until it is another program. */
const [childEnded, sharedUntilExec] = [17, 0x4100] as const
const [setFilter, filterMode, internet, stream, inputReady, backlog] = [22, 2, 2, 1, 1, 128] as const
/** Below all that is on the stack. */
const status = -64
/** The first number that is free: 0, 1 and 2 are the command's. Were it another, binding it would fail. */
const listener = 3
const mostPlaces = 32
const longestName = 255

/** The launcher's whole command line; `path` is where it is seen from inside. */
export const launcherArguments = (path: string, command: readonly string[]) => [path, ...finding, ...command]

/**
 * The first program of a container, made for one command: a list of system calls. It puts up the filter, opens the
 * broker's port, starts a forwarder that waits for the first connection, starts the command, buries orphans, and ends as
 * the command did. A program that needs no library and has next to no memory costs nothing where each file and each page
 * comes through the sentry; perl took longer than all the rest of the container.
 */
export function launcherProgram(plan: LauncherPlan): Buffer {
  return buildProgram(encoders[plan.machine], (data) => {
    const call = (name: SystemCall, ...words: readonly Word[]): Step => {
      const number = systemCallNumber(name, plan.machine)
      if (number === null) throw new RangeError(`no ${name} on ${plan.machine}`)
      return { kind: 'call', number, words }
    }
    return [
      ...putUpFilter(call, data, plan.filter),
      ...(plan.broker === null ? [] : openDoor(call, data, plan.broker)),
      ...startCommand(call, plan.machine),
      ...(plan.broker === null ? [] : becomeForwarder(call, data, plan.broker)),
      ...becomeCommand(call, data, plan),
      ...refusals(call, data, plan.broker === null ? ['filter', 'start'] : ['filter', 'port', 'start']),
    ]
  })
}

type Call = (name: SystemCall, ...words: readonly Word[]) => Step

const label = (name: string): Step => ({ kind: 'label', label: name })
const jump = (when: Extract<Step, { kind: 'jump' }>['when'], to: string): Step => ({ kind: 'jump', when, label: to })
const fork = (call: Call, how: number) => call('clone', childEnded | how, 0, 0, 0, 0)

function putUpFilter(call: Call, data: ProgramData, filter: Buffer): Step[] {
  const program = data.words([filter.length / 8, data.bytes(filter)])
  return [call('prctl', setFilter, filterMode, program), jump('failed', 'no filter')]
}

/** It listens before the command's first instruction. */
function openDoor(call: Call, data: ProgramData, { port }: BrokerDoor): Step[] {
  const address = Buffer.from([internet, 0, port >> 8, port & 255, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])
  const opening = [
    call('socket', internet, stream, 0),
    call('bind', listener, data.bytes(address), address.length),
    call('listen', listener, backlog),
  ]
  return [
    ...opening.flatMap((step) => [step, jump('failed', 'no port')]),
    ...[fork(call, 0), jump('failed', 'no start'), jump('zero', 'forwarder'), call('close', listener)],
  ]
}

/** Memory of its own would cost the child another address space; it writes to none before it is another program. */
function startCommand(call: Call, machine: Machine): Step[] {
  return [
    ...[fork(call, sharedUntilExec), jump('failed', 'no start'), jump('zero', 'command'), { kind: 'keep' } as const],
    ...[label('wait'), call('wait4', -1, { stack: status }, 0, 0), jump('other', 'wait')],
    { kind: 'end-as', status, exitCall: systemCallNumber('exit_group', machine) ?? 0 },
  ]
}

/**
 * Perl is not started before somebody connects: until then it would only keep the command's processor busy. What ppoll
 * has to say cannot be written to this program's memory and is not asked for; it says it only then.
 */
function becomeForwarder(call: Call, data: ProgramData, { socket }: BrokerDoor): Step[] {
  const argv = [perl, '-e', forwarderScript, String(listener), socket].map(data.text)
  const waitedFor = Buffer.from([listener, 0, 0, 0, inputReady, 0, 0, 0])
  const nothing = data.words([0])
  return [
    ...[label('forwarder'), call('ppoll', data.bytes(waitedFor), 1, 0, 0, 0)],
    ...[call('execve', argv[0] ?? 0, data.words([...argv, 0]), nothing), call('exit_group', 1)],
  ]
}

/** First where libc would find it. Whatever is not that simple, and what is to be said of it, is for `finding`. */
function becomeCommand(call: Call, data: ProgramData, { command, searchPath }: LauncherPlan): Step[] {
  const count = 1 + finding.length + command.length
  const argument = (index: number) => ({ stack: 8 * (1 + index) })
  const variables = { stack: 8 * (2 + count) }
  const tries = placesOf(command[0] ?? '', searchPath).flatMap((place) => [
    call('execve', data.text(place), argument(1 + finding.length), variables),
    jump('not-missing', 'find'),
  ])
  return [
    ...[label('command'), ...tries, label('find')],
    ...[call('execve', data.text(perl), argument(1), variables), call('exit_group', 126)],
  ]
}

function placesOf(program: string, searchPath: string | undefined): readonly string[] {
  if (program.includes('/')) return [program]
  if (Buffer.byteLength(program) > longestName) return []
  const folders = searchPath?.split(':').slice(0, mostPlaces) ?? []
  return folders.map((folder) => `${folder === '' ? '.' : folder}/${program}`)
}

const complaints = {
  filter: 'no filter of system calls',
  port: "the broker's port cannot be opened",
  start: 'the command could not be started',
} as const

function refusals(call: Call, data: ProgramData, kinds: readonly (keyof typeof complaints)[]): Step[] {
  return kinds.flatMap((kind) => {
    const words = `airlock: ${complaints[kind]}\n`
    return [label(`no ${kind}`), call('write', 2, data.text(words), Buffer.byteLength(words)), call('exit_group', 125)]
  })
}
