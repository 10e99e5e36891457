import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { lockFile } from '../../worker/git/file-lock.ts'
import { spawnProcess } from '../../worker/process/spawn-process.ts'
import { makeFolder } from './origin.ts'

const signal = AbortSignal.timeout(20_000)

describe('the lock on a mirror', () => {
  it('is held by one at a time, in turn', async () => {
    await using folder = await makeFolder()
    const path = join(folder.path, 'lock')
    const order: string[] = []
    const first = await lockFile(path, signal, 10_000)
    const second = lockFile(path, signal, 10_000).then(async (held) => {
      order.push('second')
      await held[Symbol.asyncDispose]()
    })

    await wait(100)
    order.push('first done')
    await first[Symbol.asyncDispose]()
    await second

    expect(order).toEqual(['first done', 'second'])
  })

  it('is waited for no longer than allowed, and not when cancelled', async () => {
    await using folder = await makeFolder()
    const path = join(folder.path, 'lock')
    await using _held = await lockFile(path, signal, 10_000)

    await expect(lockFile(path, signal, 50)).rejects.toThrow()
    await expect(lockFile(path, AbortSignal.abort(new Error('stopped')), 10_000)).rejects.toThrow()
  })

  it('is free again when its holder is killed', async () => {
    await using folder = await makeFolder()
    const path = join(folder.path, 'lock')
    const module = new URL('../../worker/git/file-lock.ts', import.meta.url).href
    const script = `const { lockFile } = await import(${JSON.stringify(module)})
await lockFile(${JSON.stringify(path)}, AbortSignal.timeout(20000), 10000)
console.log('held')
setInterval(() => {}, 1000)`
    const holder = spawnProcess([process.execPath, '--input-type=module', '-e', script], {
      env: { PATH: process.env.PATH ?? '' },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    await new Promise((resolve) => holder.stdout?.once('data', resolve))
    await expect(lockFile(path, signal, 50)).rejects.toThrow()

    holder.kill('SIGKILL')

    await using _held = await lockFile(path, signal, 10_000)
  })
})
