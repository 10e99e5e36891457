/** Times in milliseconds. */
export interface Pace {
  /** From the beginning to the first write. */
  readonly firstMs: number
  /** Between two writes, for what people wait for. */
  readonly soonMs: number
  /** For the rest. */
  readonly laterMs: number
  /** For the rest at least this part of the time since the beginning: so writes are few, however long that goes on. */
  readonly laterPart: number
}

export type Urgency = 'soon' | 'later'

export interface PacedWriter<T> extends AsyncDisposable {
  /** Takes the newest; what it replaces is never written. Returns at once. */
  offer(value: T, when: Urgency): void
}

/**
 * Writes the newest of many values, not more often than the pace allows, and the last one too. Disposing of it drops
 * what has not been begun and waits for what has. `write` must not throw.
 */
export function createPacedWriter<T extends object>(write: (value: T) => Promise<void>, pace: Pace): PacedWriter<T> {
  const beganAt = Date.now()
  let newest: { readonly value: T; readonly when: Urgency } | null = null
  let writing: Promise<void> | null = null
  let timer: NodeJS.Timeout | undefined
  let dueAt = Number.POSITIVE_INFINITY
  let lastAt = Number.NEGATIVE_INFINITY
  let closed = false

  function plan(when: Urgency): void {
    if (closed || writing !== null) return
    const laterMs = Math.max(pace.laterMs, (lastAt - beganAt) * pace.laterPart)
    const at = Math.max(beganAt + pace.firstMs, lastAt + (when === 'soon' ? pace.soonMs : laterMs))
    if (at >= dueAt) return
    clearTimeout(timer)
    dueAt = at
    timer = setTimeout(flush, Math.max(at - Date.now(), 0))
  }

  function flush(): void {
    const offered = newest
    newest = null
    dueAt = Number.POSITIVE_INFINITY
    if (offered === null) return
    writing = write(offered.value).finally(() => {
      writing = null
      lastAt = Date.now()
      if (newest !== null) plan(newest.when)
    })
  }

  return {
    offer(value, when) {
      // A new step is still new when the agent has said something in it.
      newest = { value, when: newest?.when === 'soon' ? 'soon' : when }
      plan(newest.when)
    },
    async [Symbol.asyncDispose]() {
      closed = true
      clearTimeout(timer)
      await writing
    },
  }
}
