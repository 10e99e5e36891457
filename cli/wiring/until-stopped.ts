/** Resolves when the process is asked to end. */
export function untilStopped(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  if (signal.aborted) resolve()
  // A bare listener keeps no process alive; a server or a queue does, and this one must outlast both.
  const alive = setInterval(() => {}, 2 ** 30)
  signal.addEventListener('abort', () => resolve(), { once: true })
  return promise.finally(() => clearInterval(alive))
}
