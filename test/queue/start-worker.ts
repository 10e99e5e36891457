import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Redis } from 'ioredis'
import { spawnProcess } from '../../worker/process/spawn-process.ts'
import { compileCache } from '../compile-cache.ts'

const fixture = fileURLToPath(new URL('./fixtures/worker.ts', import.meta.url))

export interface WorkerProcess extends AsyncDisposable {
  kill(signal: NodeJS.Signals): void
  readonly ended: Promise<unknown[]>
}

/** Dies with the test run, however that ends. */
const leash = ['/usr/bin/setpriv', '--pdeathsig', 'KILL', '--']

/** A worker in a process of its own. */
export function startWorker(url: string, name: string, timing: 'quick' | 'production'): WorkerProcess {
  const child = spawnProcess([...leash, process.execPath, fixture, url, name, timing], {
    env: compileCache,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ended = once(child, 'exit')
  return {
    kill: (signal) => void child.kill(signal),
    ended,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** Less than a test may take, so that a test that waits in vain says what it got instead. */
const patienceMs = 100_000

/** Waits until the workers have said all of this, in any order. */
export async function untilSaid(redis: Redis, ...words: (string | RegExp)[]): Promise<void> {
  const deadline = Date.now() + patienceMs
  for (;;) {
    const said = await redis.lrange('said', 0, -1)
    const missing = words.filter(
      (word) => !said.some((line) => (word instanceof RegExp ? word.test(line) : word === line)),
    )
    if (missing.length === 0) return
    if (Date.now() > deadline) throw new Error(`waited for ${missing.join(', ')}; the workers said ${said.join(', ')}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
