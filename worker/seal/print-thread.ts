import { parentPort, workerData } from 'node:worker_threads'
import { type PrintInput, printFolders } from './print-folders.ts'

const port = parentPort
if (port !== null) {
  const { folder, parts }: PrintInput = workerData
  port.postMessage(printFolders(folder, parts))
}
