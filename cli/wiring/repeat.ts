import { setTimeout as sleep } from 'node:timers/promises'

/** Does it now, and again and again, each time so long after the last one has ended, until it is disposed of. */
export function repeat(everyMs: number, act: (stopped: AbortSignal) => Promise<void>): AsyncDisposable {
  const stopped = new AbortController()
  const { signal } = stopped
  const loop = async () => {
    while (!signal.aborted) {
      await act(signal)
      await sleep(everyMs, undefined, { signal, ref: false }).catch(() => undefined)
    }
  }
  const running = loop()
  return {
    async [Symbol.asyncDispose]() {
      stopped.abort()
      await running
    },
  }
}
