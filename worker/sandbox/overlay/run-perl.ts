import { readFileSync } from 'node:fs'
import { type CommandOptions, runCommand } from '../../process/run-command.ts'
import { type SystemCall, systemCallNumber } from '../seccomp/system-calls.ts'
import { thisMachine } from '../seccomp/this-machine.ts'

/** A script beside this file, and the system calls whose numbers it takes as its first arguments. */
export interface PerlScript {
  readonly text: string
  readonly calls: readonly SystemCall[]
}

export function perlScript(name: string, calls: readonly SystemCall[]): PerlScript {
  return { text: readFileSync(new URL(name, import.meta.url), 'utf8'), calls }
}

export const perlEnvironment = { PATH: '/usr/bin:/bin', LC_ALL: 'C' }

/** CLONE_NEWUSER and CLONE_NEWNS. */
export const namespaceFlags = { user: 0x10000000, mount: 0x20000 } as const

const mapOwnUser = perlScript('map-own-user.pl', ['unshare'])

/** The command line of a script. */
export function perlCommand({ text, calls }: PerlScript, args: readonly string[]): readonly string[] {
  return ['perl', '-e', text, ...numbersOf(calls), ...args]
}

/** The same in new namespaces, where the worker has power over all that is its own. `flags` are unshare's. */
export function perlCommandAsOwner({ text, calls }: PerlScript, args: readonly string[], flags: number) {
  const before = [...numbersOf(mapOwnUser.calls), String(flags)]
  return ['perl', '-e', `{ ${mapOwnUser.text} }\n{ ${text} }`, ...before, ...numbersOf(calls), ...args]
}

function numbersOf(calls: readonly SystemCall[]): readonly string[] {
  const machine = thisMachine()
  return calls.map((call) => String(systemCallNumber(call, machine)))
}

/** Throws CommandError with what the script said. */
export async function runPerl(command: readonly string[], options: CommandOptions): Promise<void> {
  await runCommand(command, { ...options, env: perlEnvironment })
}
