import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { SearchInput, SearchResult } from './search-result.ts'

/** Searches in a thread of its own, which ends with it. Throws the signal's reason when cancelled. */
export async function startSearch(input: SearchInput, signal: AbortSignal): Promise<SearchResult> {
  signal.throwIfAborted()
  const thread = new Worker(new URL('./search-thread.ts', import.meta.url), { workerData: input, env: {} })
  const ended = new AbortController()
  try {
    const stop = AbortSignal.any([signal, ended.signal])
    thread.once('exit', () => ended.abort(new Error('the search ended without a result')))
    const [result]: SearchResult[] = await once(thread, 'message', { signal: stop })
    if (result === undefined) throw new Error('the search said nothing')
    return result
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    await thread.terminate()
  }
}
