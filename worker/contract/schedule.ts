import { z } from 'zod'
import { agentNameSchema, digestSchema } from './names.ts'

/** How often a schedule may start a job at most; laxest first. */
export const schedulePaces = ['hourly', 'daily', 'weekly', 'never'] as const
export const schedulePaceSchema = z.enum(schedulePaces)
export type SchedulePace = z.infer<typeof schedulePaceSchema>

/** So many schedules a repository has at most. */
export const mostSchedules = 10

/** Five fields of digits, names and the signs that every cron knows; neither seconds nor chance nor `@daily`. */
const cronPattern = /^(?:(?:[0-9*,/-]|[A-Za-z]{3}(?![A-Za-z])){1,100} ){4}(?:[0-9*,/-]|[A-Za-z]{3}(?![A-Za-z])){1,100}$/

/** One entry of `schedules`: what is asked for, when, and in whose name. */
export const scheduleSchema = z.strictObject({
  cron: z
    .string()
    .max(100)
    .regex(cronPattern, 'expected five fields: minute hour day-of-month month day-of-week, such as 0 3 * * 1')
    .describe(
      'When, in five fields: minute, hour, day of the month, month, day of the week. `0 3 * * 1` is Monday at three.',
    ),
  task: z.string().max(4000).regex(/\S/, 'expected words').describe('What is to be done, in words.'),
  by: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/, 'expected the login of a person')
    .describe('Login of the person in whose name it is asked. What they may is looked up each time.'),
  agent: agentNameSchema.optional().describe("The agent. Unset: the policy's."),
  timezone: z
    .string()
    .regex(/^[A-Za-z0-9_+/-]{1,64}$/, 'expected a time zone such as Europe/Berlin')
    .optional()
    .describe('The time zone of `cron`, such as `Europe/Berlin`. Unset: UTC.'),
})
export type Schedule = z.infer<typeof scheduleSchema>

const time = z.iso.datetime()

/** What is kept of a schedule between two firings. Its words are read from the policy when it fires. */
const keptScheduleSchema = z.strictObject({
  digest: digestSchema,
  /** Firings up to here were looked at. */
  since: time,
  /** The first one after it. */
  next: time,
  /** It was refused when it fired last, and an issue says so. */
  refused: z.literal(true).optional(),
})
export type KeptSchedule = z.infer<typeof keptScheduleSchema>

/** A repository that has schedules, as it was when they were last read. */
export const scheduledRepositorySchema = z.strictObject({
  installationId: z.int().positive(),
  repositoryId: z.int().nonnegative(),
  /** For people who read a log. */
  fullName: z.string().max(201),
  /** Those of the policy, and those that were refused and are not in it any more. */
  schedules: z.array(keptScheduleSchema).max(2 * mostSchedules),
})
export type ScheduledRepository = z.infer<typeof scheduledRepositorySchema>
