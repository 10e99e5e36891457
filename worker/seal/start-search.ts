import { runThread } from './run-thread.ts'
import type { SearchInput, SearchResult } from './search-result.ts'

/** Searches in a thread of its own. Throws the signal's reason when cancelled. */
export async function startSearch(input: SearchInput, signal: AbortSignal): Promise<SearchResult> {
  // Ours alone post into it.
  return (await runThread(new URL('./search-thread.ts', import.meta.url), input, signal)) as SearchResult
}
