import { digestOf, type KeptSchedule, mostSchedules, type Schedule } from '../../worker/contract/index.ts'
import { firstAfter } from '../repo-policy/cron.ts'
import type { ScheduleBook, ScheduledPlace } from './ports.ts'

/**
 * What is kept of these schedules. One that was known goes on where it was; one that is new, or was changed, begins now
 * and never looks back. One that was refused and was taken out is due now, for its issue to be closed.
 */
export function keptSchedules(
  schedules: readonly Schedule[],
  known: readonly KeptSchedule[],
  now: number,
): readonly KeptSchedule[] {
  const byDigest = new Map(schedules.map((schedule) => [digestOf(schedule), schedule]))
  const listed = [...byDigest].map(([digest, schedule]) => {
    return known.find((one) => one.digest === digest) ?? keptFrom(schedule, now)
  })
  const left = known.filter(({ digest, refused }) => refused === true && !byDigest.has(digest))
  return [...listed, ...left.slice(0, mostSchedules).map((one) => ({ ...one, next: new Date(now).toISOString() }))]
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
  const kept = [...keptSchedules(schedules, known?.schedules ?? [], now)]
  if (kept.length > 0) {
    await book.write({ installationId, repositoryId, fullName, schedules: kept })
  } else if (known !== null) await book.remove(repositoryId)
}
