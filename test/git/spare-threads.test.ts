import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { describe, expect, it, vi } from 'vitest'
import { createSpareThreads } from '../../worker/git/spare-threads.ts'
import { createFolder } from '../github/clients.ts'

const echo = `import { parentPort } from 'node:worker_threads'
parentPort.once('message', (said) => parentPort.postMessage(said))`

const script = (text: string) => new URL(`data:text/javascript,${encodeURIComponent(text)}`)

async function answerOf(thread: Worker): Promise<unknown> {
  thread.postMessage('hello')
  const [answer] = await once(thread, 'message')
  await thread.terminate()
  return answer
}

describe('threads that are started ahead of need', () => {
  it('answers with the one that waits, and with a fresh one for whoever comes next', async () => {
    const threads = createSpareThreads(script(echo))
    threads.refill()

    const [first, second] = [threads.take(), threads.take()]

    expect(first.threadId).not.toBe(second.threadId)
    expect(await Promise.all([answerOf(first), answerOf(second)])).toEqual(['hello', 'hello'])
  })

  it('needs no refill', async () => {
    const threads = createSpareThreads(script(echo))

    expect(await answerOf(threads.take())).toBe('hello')
  })

  it('starts another where the one that waited failed, and takes no harm from that', async () => {
    await using folder = await createFolder()
    const mark = join(folder.path, 'fail-once')
    await writeFile(mark, '')
    const failOnce = `import { rmSync } from 'node:fs'
try { rmSync(${JSON.stringify(mark)}) } catch { globalThis.isSecond = true }
if (!globalThis.isSecond) throw new Error('broken')
`
    const threads = createSpareThreads(script(failOnce + echo))

    threads.refill()

    await vi.waitFor(async () => expect(await answerOf(threads.take())).toBe('hello'), { timeout: 5000 })
  })
})
