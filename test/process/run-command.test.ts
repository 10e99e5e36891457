import { expect, it } from 'vitest'
import { z } from 'zod'
import { CommandError, type CommandOptions, runCommand } from '../../worker/process/run-command.ts'
import { killAndWait } from '../../worker/sandbox/reaper/kill-and-wait.ts'
import { readProcessIdentity } from '../../worker/sandbox/reaper/process-identity.ts'

/** Tells its number, leaves the group of its parent, and holds the output open for a minute. */
const daemon = `setsid sh -c 'echo $$; exec sleep 60' & wait`
const causeSchema = z.object({ stdout: z.instanceof(Uint8Array) })

it.for<readonly [string, CommandError['code'], () => CommandOptions]>([
  ['its time is over', 'timeout', () => ({ timeoutMs: 1000 })],
  ['it is cancelled', 'cancelled', () => ({ signal: AbortSignal.timeout(1000) })],
])('a daemon that holds the output open holds nobody up when %s', async ([, code, options]) => {
  const error = await failureOf(options())

  expect(error.code).toBe(code)
  const left = readProcessIdentity(Number(Buffer.from(causeSchema.parse(error.cause).stdout).toString()))
  // Nothing else has closed the output: it lives.
  expect(left).not.toBeNull()
  await killAndWait(left === null ? [] : [left], 10_000)
})

async function failureOf(options: CommandOptions): Promise<CommandError> {
  const ended = await runCommand(['sh', '-c', daemon], { env: { PATH: '/usr/bin:/bin' }, ...options }).catch(
    (error: unknown) => error,
  )
  if (!(ended instanceof CommandError)) throw new Error('the daemon was waited for')
  return ended
}
