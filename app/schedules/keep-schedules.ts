import { digestOf, type KeptSchedule, type Schedule } from '../../worker/contract/index.ts'
import { firstAfter } from '../repo-policy/cron.ts'
import type { ScheduleBook, ScheduledPlace } from './ports.ts'

/**
 * What is kept of these schedules. One that was known goes on where it was; one that is new, or was changed, begins now
 * and never looks back.
 */
export function keptSchedules(
  schedules: readonly Schedule[],
  known: readonly KeptSchedule[],
  now: number,
): readonly KeptSchedule[] {
  const byDigest = new Map(schedules.map((schedule) => [digestOf(schedule), schedule]))
  return [...byDigest].map(([digest, schedule]) => {
    return known.find((one) => one.digest === digest) ?? keptFrom(schedule, now)
  })
}

/** One whose firings up to here were looked at. */
export function keptFrom(schedule: Schedule, since: number): KeptSchedule {
  const next = new Date(firstAfter(schedule, since)).toISOString()
  return { digest: digestOf(schedule), since: new Date(since).toISOString(), next }
}

/** Puts down the schedules of a repository as a policy has them that was just read. Throws a retryable error. */
export async function learnSchedules(
  book: Pick<ScheduleBook, 'read' | 'write' | 'remove'>,
  { installationId, repositoryId, fullName }: ScheduledPlace & { readonly fullName: string },
  schedules: readonly Schedule[],
  now: number,
): Promise<void> {
  const known = await book.read(repositoryId)
  if (schedules.length > 0) {
    const kept = [...keptSchedules(schedules, known?.schedules ?? [], now)]
    await book.write({ installationId, repositoryId, fullName, schedules: kept })
  } else if (known !== null) await book.remove(repositoryId)
}
