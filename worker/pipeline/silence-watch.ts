/** Notices that somebody gives no sign of life any more. */
export interface SilenceWatch extends Disposable {
  /** A sign of life. */
  noticed(): void
  /** Aborted when there was none for too long. */
  readonly signal: AbortSignal
}

/** `ms` undefined: waits for ever. */
export function createSilenceWatch(ms: number | undefined): SilenceWatch {
  const silent = new AbortController()
  const timer = ms === undefined ? undefined : setTimeout(() => silent.abort(), ms)
  return {
    noticed() {
      if (!silent.signal.aborted) timer?.refresh()
    },
    signal: silent.signal,
    [Symbol.dispose]: () => clearTimeout(timer),
  }
}
