import { parentPort } from 'node:worker_threads'
import type { WalkInput, WalkResult } from './walk-result.ts'
import { walkWorkspace } from './walk-workspace.ts'

/** What the thread says: a question that the starter answers with a set of paths, or its result. */
export type WalkMessage =
  | { readonly kind: 'ask'; readonly paths: readonly string[] }
  | { readonly kind: 'result'; readonly result: WalkResult }

const port = parentPort
if (port !== null) {
  const input = await new Promise<WalkInput>((resolve) => port.once('message', resolve))
  const ask = (paths: readonly string[]): Promise<ReadonlySet<string>> =>
    new Promise((resolve) => {
      port.once('message', resolve)
      port.postMessage({ kind: 'ask', paths } satisfies WalkMessage)
    })
  const result = await walkWorkspace(input, ask, () => performance.now())
  port.postMessage({ kind: 'result', result } satisfies WalkMessage)
}
