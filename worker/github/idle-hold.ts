/** Something that is opened where it is first used, and ended where it has not been used for a while. */
export interface IdleHold extends AsyncDisposable {
  /** One at a time. */
  use<T>(open: () => AsyncDisposable, work: () => Promise<T>): Promise<T>
}

/** `onError` is told of an end that failed: nobody waits for it. */
export function createIdleHold(idleMs: number, onError: (error: unknown) => void): IdleHold {
  let held: AsyncDisposable | null = null
  let timer: NodeJS.Timeout | undefined
  let ending: Promise<void> = Promise.resolve()

  function end(): Promise<void> {
    clearTimeout(timer)
    const last = held
    held = null
    ending = Promise.all([ending, last?.[Symbol.asyncDispose]()]).then(() => undefined, onError)
    return ending
  }

  return {
    async use(open, work) {
      clearTimeout(timer)
      held ??= open()
      try {
        return await work()
      } finally {
        timer = setTimeout(end, idleMs)
      }
    },
    [Symbol.asyncDispose]: end,
  }
}
