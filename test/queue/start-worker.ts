import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Redis } from 'ioredis'
import { spawnProcess } from '../../worker/process/spawn-process.ts'

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
    env: {},
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

/** Waits until the workers have said all of this, in any order. */
export async function untilSaid(redis: Redis, ...words: string[]): Promise<void> {
  for (;;) {
    const said = await redis.lrange('said', 0, -1)
    if (words.every((word) => said.includes(word))) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
