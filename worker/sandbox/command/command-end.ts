import { constants } from 'node:os'

/** How a command itself ended: one of the two is null. */
export interface CommandEnd {
  readonly exitCode: number | null
  readonly signal: string | null
}

/** What stands around a command, like a shell, tells of a signal as 128 and its number. */
export function commandEnd(end: { code: number | null; signal: string | null }): CommandEnd {
  const number = (end.code ?? 0) - 128
  const name = Object.entries(constants.signals).find(([, value]) => value === number)?.[0]
  return name === undefined ? { exitCode: end.code, signal: end.signal } : { exitCode: null, signal: name }
}

/** Which limit a command ran into that ended before anybody looked. */
export async function lateReason(
  command: CommandEnd,
  overLimit: () => Promise<'disk' | 'memory' | null>,
): Promise<'disk' | 'memory' | null> {
  if (command.signal === 'SIGXFSZ') return 'disk'
  const reason = await overLimit()
  // The kernel killed something in it, but the command went on and succeeded.
  return reason === 'memory' && command.exitCode === 0 ? null : reason
}
