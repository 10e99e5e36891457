import type { ExecEnd, ExecRequest } from '../../pipeline/ports/index.ts'

export interface CommandStopOptions {
  /** Ends the command at once. May be called more than once. */
  readonly kill: () => void
  /** The caller's. */
  readonly signal: ExecRequest['signal']
  /** Milliseconds that are left of the phase. */
  readonly wallMs: number
  /** Asked now and then which limit the sandbox is over. */
  readonly overLimit: () => Promise<'disk' | 'memory' | null>
}

/** The one way to end a command early. The first reason counts; later ones only kill again. */
export interface CommandStop extends Disposable {
  because(why: ExecEnd): void
  reason(): ExecEnd | null
  readonly happened: Promise<void>
  /** Starts to look after the limits, from now until it is disposed of. */
  watch(): void
}

const watchIntervalMs = 200

/** Ends a command when its time is over, its caller says so or a limit is passed. */
export function createCommandStop({ kill, signal, wallMs, overLimit }: CommandStopOptions): CommandStop {
  let reason: ExecEnd | null = null
  let over = false
  const { promise, resolve } = Promise.withResolvers<void>()
  const because = (why: ExecEnd) => {
    reason ??= why
    kill()
    resolve()
  }
  const look = async () => {
    if (over) return
    // Usage that cannot be told counts as too much.
    const limit = await overLimit().catch(() => 'disk' as const)
    if (over) return
    if (limit !== null) because(limit)
    else setTimeout(look, watchIntervalMs).unref()
  }
  const cancel = () => because('cancelled')
  const wall = setTimeout(() => because('wall-time'), wallMs)
  signal.addEventListener('abort', cancel)
  if (signal.aborted) cancel()
  return {
    because,
    reason: () => reason,
    happened: promise,
    watch: () => {
      setTimeout(look, watchIntervalMs).unref()
    },
    [Symbol.dispose]: () => {
      over = true
      clearTimeout(wall)
      signal.removeEventListener('abort', cancel)
    },
  }
}
