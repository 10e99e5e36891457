import { expect, it, vi } from 'vitest'
import { z } from 'zod'
import { CommandError, type CommandOptions, runCommand } from '../../worker/process/run-command.ts'
import { killAndWait } from '../../worker/sandbox/reaper/kill-and-wait.ts'
import { readProcessIdentity } from '../../worker/sandbox/reaper/process-identity.ts'

/** Tells its number, leaves the group of its parent, and holds the output open for a minute. */
const daemon = `setsid sh -c 'echo $$; exec sleep 60' & wait`
const env = { PATH: '/usr/bin:/bin' }
const outputSchema = z.object({ stdout: z.instanceof(Buffer), stderr: z.instanceof(Buffer) })

it.for<readonly [string, CommandError['code'], () => CommandOptions]>([
  ['its time is over', 'timeout', () => ({ timeoutMs: 1000 })],
  ['it is cancelled', 'cancelled', () => ({ signal: AbortSignal.timeout(1000) })],
])('a daemon that holds the output open holds nobody up when %s', async ([, code, options]) => {
  const error = await failureOf(['sh', '-c', daemon], options())

  expect(error.code).toBe(code)
  const left = readProcessIdentity(Number(outputSchema.parse(error.cause).stdout.toString()))
  // Nothing else has closed the output: it lives.
  expect(left).not.toBeNull()
  await killAndWait(left === null ? [] : [left], 10_000)
})

it('returns what a program wrote, and the end of what it complained of', async () => {
  const { stdout, stderr } = await runCommand(['sh', '-c', 'cat; printf "%5000s" last >&2'], { env, input: 'in' })

  expect(stdout.toString()).toBe('in')
  expect(stderr).toMatch(/^last$/)
})

it('gives a program exactly the environment that it is given', async () => {
  const { stdout } = await runCommand(['/usr/bin/env'], { env: { ONLY: 'this' } })

  expect(stdout.toString()).toBe('ONLY=this\n')
})

it.for<readonly [string, readonly string[], CommandOptions, Pick<CommandError, 'code' | 'exitCode'>]>([
  ['says no', ['sh', '-c', 'exit 3'], {}, { code: 'exit', exitCode: 3 }],
  ['is killed', ['sh', '-c', 'kill -9 $$'], {}, { code: 'signal', exitCode: null }],
  ['is not there', ['no-such-program'], {}, { code: 'not-found', exitCode: null }],
  ['would run in a folder that is not there', ['true'], { cwd: '/no/such' }, { code: 'not-found', exitCode: null }],
  ['may not be run', ['/etc/passwd'], {}, { code: 'spawn', exitCode: null }],
  ['has longer arguments than the system takes', ['true', 'x'.repeat(4e6)], {}, { code: 'spawn', exitCode: null }],
  ['is cancelled before it starts', ['true'], { signal: AbortSignal.abort() }, { code: 'cancelled', exitCode: null }],
])('a program that %s is an error', async ([, argv, options, expected]) => {
  const error = await failureOf(argv, options)

  expect({ code: error.code, exitCode: error.exitCode }).toEqual(expected)
})

it.for([['stdout'], ['stderr']] as const)(
  'a program that writes too much to %s is ended, and the rest dropped',
  async ([stream]) => {
    const error = await failureOf(['sh', '-c', `exec yes >&${stream === 'stdout' ? 1 : 2}`], { maxBytes: 10_000 })

    expect(error.code).toBe('output-limit')
    expect(outputSchema.parse(error.cause)[stream]).toHaveLength(10_000)
  },
)

it('a program that does not read its input is no error of ours', async () => {
  const { stdout } = await runCommand(['echo', 'done'], { env, input: new Uint8Array(1e6) })

  expect(stdout.toString()).toBe('done\n')
})

it('what a program started is ended with it, also if it does not listen', async () => {
  const stubborn = `trap '' TERM; sh -c 'trap "" TERM; echo $$; while :; do sleep 1; done' & wait; wait`

  const error = await failureOf(['sh', '-c', stubborn], { timeoutMs: 500 })

  expect(error.code).toBe('timeout')
  expect(readProcessIdentity(Number(outputSchema.parse(error.cause).stdout.toString()))).toBeNull()
})

it('what runs when we end is ended with us', async () => {
  const module = new URL('../../worker/process/run-command.ts', import.meta.url).href
  const startsAndEnds = `
    import { readFileSync } from 'node:fs'
    import { runCommand } from '${module}'
    void runCommand(['sleep', '60'], { env: ${JSON.stringify(env)} })
    console.log(readFileSync('/proc/self/task/' + process.pid + '/children', 'utf8'))
    process.exit()`

  const { stdout } = await runCommand([process.execPath, '--input-type=module', '-e', startsAndEnds], { env })

  const started = z.coerce.number().int().positive().parse(stdout.toString().trim())
  await vi.waitFor(() => expect(readProcessIdentity(started)).toBeNull())
})

async function failureOf(argv: readonly string[], options: CommandOptions): Promise<CommandError> {
  const ended = await runCommand(argv, { env, ...options }).catch((error: unknown) => error)
  if (!(ended instanceof CommandError)) throw new Error('it came to a good end')
  return ended
}
