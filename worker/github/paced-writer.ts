/** Times in milliseconds: from the beginning to the first write; between two, for what people wait for and for the rest. */
export interface Pace {
  readonly firstMs: number
  readonly soonMs: number
  readonly laterMs: number
}

export interface PacedWriter<T> extends AsyncDisposable {
  /** Takes the newest; what it replaces is never written. Returns at once. */
  offer(value: T, when: 'soon' | 'later'): void
}

/**
 * Writes the newest of many values, not more often than the pace allows, and the last one too. Disposing of it drops
 * what has not been begun and waits for what has. `write` must not throw.
 */
export function createPacedWriter<T extends object>(write: (value: T) => Promise<void>, pace: Pace): PacedWriter<T> {
  let newest: T | null = null
  let writing: Promise<void> | null = null
  let timer: NodeJS.Timeout | undefined
  let dueAt = Number.POSITIVE_INFINITY
  const firstAt = Date.now() + pace.firstMs
  let lastAt = Number.NEGATIVE_INFINITY
  let closed = false

  function plan(at: number): void {
    if (closed || writing !== null || at >= dueAt) return
    clearTimeout(timer)
    dueAt = at
    timer = setTimeout(flush, Math.max(at - Date.now(), 0))
  }

  function flush(): void {
    const value = newest
    newest = null
    dueAt = Number.POSITIVE_INFINITY
    if (value === null) return
    writing = write(value).finally(() => {
      writing = null
      lastAt = Date.now()
      if (newest !== null) plan(lastAt + pace.soonMs)
    })
  }

  return {
    offer(value, when) {
      newest = value
      plan(Math.max(firstAt, lastAt + (when === 'soon' ? pace.soonMs : pace.laterMs)))
    },
    async [Symbol.asyncDispose]() {
      closed = true
      clearTimeout(timer)
      await writing
    },
  }
}
