import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { threadEnv } from '../process/thread-env.ts'

/** Runs a file in a thread of its own, which ends with it, and returns the one message that it posts. */
export async function runThread(file: URL, workerData: unknown, signal: AbortSignal): Promise<unknown> {
  signal.throwIfAborted()
  const thread = new Worker(file, { workerData, env: threadEnv() })
  const ended = new AbortController()
  try {
    const stop = AbortSignal.any([signal, ended.signal])
    thread.once('exit', () => ended.abort(new Error('a thread ended without a result')))
    const [result]: unknown[] = await once(thread, 'message', { signal: stop })
    return result
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    await thread.terminate()
  }
}
