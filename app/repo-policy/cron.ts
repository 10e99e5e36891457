import { CronExpressionParser } from 'cron-parser'
import type { Schedule, SchedulePace } from '../../worker/contract/index.ts'

type When = Pick<Schedule, 'cron' | 'timezone'>

/** Why it can't be used, or null. Counts no days: that is left to whoever needs the next one. */
export function cronProblem({ cron, timezone = 'UTC' }: When): string | null {
  if (!isTimezone(timezone)) return `${timezone} is no time zone that is known here`
  try {
    const { minute } = CronExpressionParser.parse(cron, { tz: timezone }).fields
    return minute.values.length === 1 ? null : 'it would start more than one job an hour: name one minute'
  } catch (error) {
    return error instanceof Error ? error.message : 'it cannot be read'
  }
}

/** The strictest bound that it keeps. Two days that may follow each other are daily, however rare they are. */
export function paceOf({ cron }: Pick<When, 'cron'>): Exclude<SchedulePace, 'never'> {
  const { hour, dayOfMonth, dayOfWeek } = CronExpressionParser.parse(cron).fields
  if (hour.values.length > 1) return 'hourly'
  const onOneWeekday = dayOfMonth.isWildcard && new Set(dayOfWeek.values.map((day) => Number(day) % 7)).size === 1
  const onOneDate = dayOfWeek.isWildcard && dayOfMonth.values.length === 1
  return onOneWeekday || onOneDate ? 'weekly' : 'daily'
}

/** The first time after this one; times are in milliseconds since the epoch. */
export function firstAfter({ cron, timezone = 'UTC' }: When, after: number): number {
  return CronExpressionParser.parse(cron, { tz: timezone, currentDate: new Date(after) })
    .next()
    .getTime()
}

/** The last time that is not after this one. */
export function lastUpTo({ cron, timezone = 'UTC' }: When, now: number): number {
  return CronExpressionParser.parse(cron, { tz: timezone, currentDate: new Date(now + 1) })
    .prev()
    .getTime()
}

function isTimezone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone })
    return true
  } catch {
    return false
  }
}
