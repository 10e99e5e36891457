import { lookAtSchedules, type ScheduleDeps } from '../../../app/schedules/look-at-schedules.ts'
import { repeat } from '../repeat.ts'

/** No schedule has a time that is finer than a minute. */
const everyMs = 20_000

/** Starts what policies ask for at set times. */
export function startSchedules(deps: ScheduleDeps): AsyncDisposable {
  return repeat(everyMs, async (signal) => {
    await lookAtSchedules(deps, signal).catch((error: unknown) => {
      if (!signal.aborted) deps.log.warn({ err: error }, 'could not look at schedules')
    })
  })
}
