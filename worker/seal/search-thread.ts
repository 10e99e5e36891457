import { parentPort, workerData } from 'node:worker_threads'
import { searchFolders } from './search-folders.ts'
import type { SearchInput } from './search-result.ts'

const port = parentPort
if (port !== null) {
  const input: SearchInput = workerData
  port.postMessage(await searchFolders(input))
}
