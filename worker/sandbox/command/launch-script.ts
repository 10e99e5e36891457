import { readFileSync } from 'node:fs'
import { brokerPort } from '../../pipeline/ports/index.ts'
import { type SystemCall, systemCallNumber } from '../seccomp/system-calls.ts'
import { thisMachine } from '../seccomp/this-machine.ts'

/** Where the broker's socket is seen from inside. */
export const insideBrokerSocket = '/run/airlock/broker.sock'

/** What any forwarder inside does; stands before the program that calls it. */
export const forwardScript = readFileSync(new URL('./forward.pl', import.meta.url), 'utf8')

/** Perl alone, because every image has it, and because sh, a pipe and a forwarder took as long as the sandbox itself. */
const script = forwardScript + readFileSync(new URL('./launch.pl', import.meta.url), 'utf8')

export interface LaunchLimits {
  readonly fileBytes: number
  readonly openFiles: number
  /** Only where no cgroup holds it. */
  readonly processes: number | null
  readonly dataBytes: number | null
}

/** A port on the sandbox's loopback, and the socket that leads on from it. */
export interface BrokerDoor {
  readonly port: number
  readonly socket: string
}

/** Where a sandbox that has a broker finds it. */
export const insideDoor: BrokerDoor = { port: brokerPort, socket: insideBrokerSocket }

/** What stands between one command and the sandbox around it. */
export interface LaunchPlan {
  /** The word by which this sandbox's processes are recognised. */
  readonly mark: string
  readonly limits: LaunchLimits
  /** Null: there is no way out. */
  readonly broker: BrokerDoor | null
  /** Open files that lead into control groups; none where it is in them from the start. */
  readonly doors?: readonly number[]
  /** The processors that the command may use, where its way to here was on one of them; a mask in hex. */
  readonly processors?: string | null
  readonly argv: readonly string[]
}

/** The launcher's command line. */
export function launchCommand({ mark, limits, broker, doors = [], processors = null, argv }: LaunchPlan): string[] {
  const number = (call: SystemCall) => String(systemCallNumber(call, thisMachine()))
  return [
    ...['/usr/bin/perl', '-e', script, mark, number('prlimit64')],
    ...[processors === null ? '' : number('sched_setaffinity'), processors ?? ''],
    doors.join(' '),
    String(Math.floor(limits.fileBytes)),
    String(limits.openFiles),
    String(limits.processes ?? ''),
    limits.dataBytes === null ? '' : String(Math.floor(limits.dataBytes)),
    ...(broker === null ? ['', ''] : [String(broker.port), broker.socket]),
    ...argv,
  ]
}

/** What perl would load before the record begins, and languages: a locale is some thirty files, if the image has it. */
const ofPerl = /^(?:PERL|LANG|LC_)/

/** The command's variables as the launcher needs them: those that mean something to perl come under another name. */
export function launchEnvironment(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const kept = Object.entries(env).map(([name, value]) => [ofPerl.test(name) ? `AIRLOCK_KEPT_${name}` : name, value])
  return Object.fromEntries(kept)
}
