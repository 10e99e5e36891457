import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { SandboxError } from '../../pipeline/ports/index.ts'
import { runCommand } from '../../process/run-command.ts'
import { printable } from '../audit/printable.ts'
import { type SystemCall, systemCallNumber } from '../seccomp/system-calls.ts'
import { thisMachine } from '../seccomp/this-machine.ts'
import type { ProbeResult } from './probe-result.ts'
import { openProbeSinks } from './probe-sinks.ts'
import { type ProbedEngine, runProbe } from './run-probe.ts'

const script = new URL('./attempts.pl', import.meta.url)
const perl = '/usr/bin/perl'

/** Every attempt of attempts.pl, in words. */
const attempted: Readonly<Record<string, string>> = {
  tcp: "connect to a listener on the host's loopback",
  udp: "send a datagram to a listener on the host's loopback",
  metadata: "connect to the cloud's metadata address",
  dns: 'send a question to a name server',
  'unix-socket': 'connect to a socket by its path on the host',
  'abstract-socket': 'connect to an abstract socket of the host',
  'host-file': 'read a file of the host that anybody may read',
  'host-write': 'write into a folder of the host that anybody may write to',
  device: "find the host's devices",
  privileges: 'have capabilities, or gain them from a set-uid program',
  keyring: "reach the host's session keyring",
  ptrace: 'trace another process',
  'user-namespace': 'make a user namespace with unshare',
  'clone-namespace': 'make a user namespace with clone',
  mount: 'mount a file system',
  'io-uring': 'set up io_uring',
  'af-alg': "open the kernel's crypto sockets (AF_ALG)",
  'af-vsock': 'open a socket to a hypervisor (AF_VSOCK)',
  netlink: 'open a netlink socket other than for routes',
  bpf: 'load an eBPF map',
  'perf-events': 'open a performance counter',
  'typing-into-a-terminal': 'type into a terminal that others read (TIOCSTI)',
}
/** These are judged by what arrived on the host alone. */
const judgedAtSink = new Set(['tcp', 'udp', 'unix-socket', 'abstract-socket', 'host-write'])

const calls: readonly SystemCall[] = [
  'keyctl',
  'prctl',
  'ptrace',
  'unshare',
  'clone',
  'mount',
  'io_uring_setup',
  'socket',
  'bpf',
  'perf_event_open',
  'ioctl',
]

/** Runs all attempts inside a sandbox of this engine, and on the host as its control. */
export async function runAttempts(probed: ProbedEngine, folder: string): Promise<readonly ProbeResult[]> {
  const canary = randomUUID()
  await using sinks = await openProbeSinks(folder, canary)
  const input = await readFile(script, 'utf8')
  const argv = [perl, '-', ...systemCallArguments(), ...words(sinks.places)]

  const inside = await runProbe(probed, folder, { name: 'attempts', argv, stdin: input })
  const out = await sinks.arrived()
  const control = await runCommand(argv, { input, timeoutMs: 60_000, ...probed.engine.fileOwner('control') })
  const through = await sinks.arrived()

  const tried = readAnswers(inside.output, inside.errors)
  const allowed = readAnswers(control.stdout.toString('utf8'), control.stderr)
  return Object.entries(attempted).map(([name, words]) => {
    const answer = tried.get(name)
    const free = allowed.get(name)
    if (answer === undefined || free === undefined)
      throw new SandboxError('unavailable', `the probe ${name} gave no answer`)
    const atSink = judgedAtSink.has(name)
    return {
      name,
      attempted: words,
      outcome: (atSink ? out.has(name) : answer.worked) ? 'open' : 'blocked',
      control: (atSink ? through.has(name) : free.worked) ? 'works' : 'not-offered',
      detail: answer.detail,
    }
  })
}

function systemCallArguments(): string[] {
  const machine = thisMachine()
  return calls.map((call) => `${call}=${systemCallNumber(call, machine)}`)
}

const words = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([name, value]) => `${name}=${value}`)

function readAnswers(output: string, errors: string): ReadonlyMap<string, { worked: boolean; detail: string }> {
  const answers = new Map<string, { worked: boolean; detail: string }>()
  for (const line of output.split('\n').slice(0, 100)) {
    const [name = '', worked, detail = ''] = line.split('\t')
    if (worked === 'yes' || worked === 'no') {
      answers.set(name, { worked: worked === 'yes', detail: printable(Buffer.from(detail), 200) })
    }
  }
  if (answers.size === 0)
    throw new SandboxError('unavailable', `the probes did not run: ${printable(Buffer.from(errors), 400)}`)
  return answers
}
