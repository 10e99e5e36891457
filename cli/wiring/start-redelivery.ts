import type { BaseLogger } from 'pino'
import { askForMissed, type MissedDeps } from '../../app/intake/ask-for-missed.ts'
import { repeat } from './repeat.ts'

const everyMs = 3 * 60_000

/** Looks for webhooks that nobody took: once now, for what came while no app was there, and then again and again. */
export function startRedelivery(
  deps: MissedDeps & { readonly log: Pick<BaseLogger, 'info' | 'warn'> },
): AsyncDisposable {
  return repeat(everyMs, async (signal) => {
    await askForMissed(deps, signal).catch((error: unknown) => {
      if (!signal.aborted) deps.log.warn({ err: error }, 'could not look for missed webhooks')
    })
  })
}
