/** One Ctrl-C arrives several times: from the terminal, and once more from each program that wraps this one. */
const sameMs = 1000

/**
 * Aborted, as by a person, at the first SIGINT or SIGTERM. One that comes more than a second later is meant: it does
 * what it does by default, and ends the process at once.
 */
export function createStopSignal(): AbortSignal {
  const stop = new AbortController()
  let firstAt = Number.POSITIVE_INFINITY

  function onSignal(signal: NodeJS.Signals): void {
    firstAt = Math.min(firstAt, Date.now())
    stop.abort('by-person')
    if (Date.now() - firstAt <= sameMs) return
    process.off(signal, onSignal)
    process.kill(process.pid, signal)
  }

  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal)
  return stop.signal
}
