import { z } from 'zod'

/** Whose jobs are counted together: a person's in all repositories of one owner, a repository's, an owner's. */
export const quotaHolders = ['person', 'repository', 'organisation'] as const
/** What is counted: jobs that run at a time, and of a day (UTC) jobs, minutes that they ran, tokens of models. */
export const quotaUnits = ['concurrent', 'jobs', 'minutes', 'tokens'] as const

/** What becomes of a job that is over one; laxest first. */
export const overChoices = ['wait', 'refuse'] as const
export type Over = (typeof overChoices)[number]

const most = (limit: number, text: string) => z.int().min(1).max(limit).optional().describe(text)

const boundsSchema = (whose: string) =>
  z
    .strictObject({
      concurrent: most(10_000, 'Jobs that run at a time.'),
      jobs: most(1_000_000, 'Jobs that begin in a day (UTC).'),
      minutes: most(10_000_000, 'Minutes that jobs run in a day (UTC). A job that runs is not stopped for it.'),
      tokens: most(1_000_000_000_000, 'Tokens of models in a day (UTC), in and out, those read from a cache too.'),
    })
    .optional()
    .describe(whose)

export const quotasSchema = z
  .strictObject({
    person: boundsSchema('Of one person, in all repositories of an owner together.'),
    repository: boundsSchema('Of the repository.'),
    organisation: boundsSchema("Of all repositories of the repository's owner together."),
    over: z
      .enum(overChoices)
      .optional()
      .describe(
        'What becomes of a job that is over a quota or a budget. Without it, it waits until fewer run, and is refused where something of the day is used up.',
      ),
  })
  .describe('What jobs may take of an installation; nothing is bounded unless it is set.')
export type Quotas = z.infer<typeof quotasSchema>

/** One bound of one account, and what it bounds. */
export const quotaSchema = z.strictObject({
  account: z.string().max(300),
  /** In words: `octo-org`, `octo-org/api`, `ada in octo-org`. */
  whose: z.string().max(300),
  /** `usd`: of a budget, what models cost in a day. */
  unit: z.enum([...quotaUnits, 'usd']),
  most: z.number().positive(),
})
export type Quota = z.infer<typeof quotaSchema>

const inWords: Readonly<Record<Quota['unit'], string>> = {
  concurrent: 'the jobs at a time',
  jobs: "the day's jobs",
  minutes: "the day's minutes",
  tokens: "the day's tokens",
  usd: "the day's budget",
}

export function describeQuota({ whose, unit, most: bound }: Quota): string {
  return `${inWords[unit]} of ${whose}, ${bound}${unit === 'usd' ? ' USD' : ''}`
}

/** What a job waits for before it begins. */
export const quotaWaitSchema = z.strictObject({
  /** As `describeQuota` says it. */
  quota: z.string().max(500),
  /** When the day turns; null: when another job ends. */
  until: z.iso.datetime().nullable(),
})
export type QuotaWait = z.infer<typeof quotaWaitSchema>
