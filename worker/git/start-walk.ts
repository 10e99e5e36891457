import type { Worker } from 'node:worker_threads'
import { createSpareThreads, type SpareThreads } from './spare-threads.ts'
import type { AskIgnored, WalkInput, WalkResult } from './walk-result.ts'
import type { WalkMessage } from './walk-thread.ts'

/** Beyond the walk's own budget, for one read that hangs in the file system. */
const graceMs = 10_000

/** What `startWalk` takes its threads from. */
export function createWalkThreads(): SpareThreads {
  return createSpareThreads(new URL('./walk-thread.ts', import.meta.url))
}

/**
 * Walks a workspace in a thread of its own: its reads block, and there may be very many. Ends the thread when it is
 * done, cancelled or late.
 */
export async function startWalk(
  threads: SpareThreads,
  input: WalkInput,
  ask: AskIgnored,
  signal: AbortSignal,
): Promise<WalkResult> {
  signal.throwIfAborted()
  const thread = threads.take()
  try {
    const result = resultOf(thread, input, ask, signal)
    thread.postMessage(input)
    return await result
  } finally {
    await thread.terminate()
  }
}

function resultOf(thread: Worker, input: WalkInput, ask: AskIgnored, signal: AbortSignal): Promise<WalkResult> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      const why = `reading the workspace took longer than ${input.budget.timeMs} ms`
      finish(() => resolve({ kind: 'over-budget', path: null, why }))
    }, input.budget.timeMs + graceMs)
    const cancel = (): void => finish(() => reject(signal.reason))
    const finish = (end: () => void): void => {
      clearTimeout(late)
      signal.removeEventListener('abort', cancel)
      end()
    }
    signal.addEventListener('abort', cancel, { once: true })
    thread.on('message', (message: WalkMessage) => {
      if (message.kind === 'result') return finish(() => resolve(message.result))
      ask(message.paths).then(
        (ignored) => thread.postMessage(ignored),
        (error: unknown) => finish(() => reject(error)),
      )
    })
    thread.once('error', (error) => finish(() => reject(error)))
    thread.once('exit', () => finish(() => reject(new Error('the walk ended without a result'))))
  })
}
