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

/** Throws CommandError with what the script said. */
export async function runPerl(
  { text, calls }: PerlScript,
  args: readonly string[],
  options: CommandOptions,
): Promise<void> {
  const machine = thisMachine()
  const numbers = calls.map((call) => String(systemCallNumber(call, machine)))
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C' }
  await runCommand(['perl', '-e', text, ...numbers, ...args], { ...options, env })
}
