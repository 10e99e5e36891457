import { z } from 'zod'
import { fingerprintSchema } from './finding.ts'
import { modelListSchema } from './models.ts'
import { agentNameSchema, isolationSchema, permissionSchema, profileSchema, teamSlugSchema } from './names.ts'
import { networkEntrySchema } from './network.ts'
import { quotasSchema } from './quota.ts'
import { mostSchedules, schedulePaceSchema, scheduleSchema } from './schedule.ts'

/** What the operator wrote: where this class is all that can be had, a weaker one than the policy asks for may run. */
export const acceptedWeakerSchema = z.strictObject({
  /** The weakest that is accepted. */
  isolation: isolationSchema,
  reason: z.string().max(500),
  /** The last day on which it is accepted, in UTC; unset: until it is taken out. */
  until: z.iso.date().optional(),
  /** SHA-256 of the operator's entry: by this it is named wherever it is shown. */
  digest: z.string().max(64),
})
export type AcceptedWeaker = z.infer<typeof acceptedWeakerSchema>

/** One finding that somebody looked at and accepts, for a time. */
export const suppressionSchema = z.strictObject({
  fingerprint: fingerprintSchema.describe('Of the finding, as a report shows it.'),
  reason: z.string().min(10).max(500).describe('Why it is no matter. Shown beside the finding wherever it is found.'),
  until: z.iso.date('expected a day such as 2027-03-31').describe('The last day on which it is suppressed, in UTC.'),
})
export type Suppression = z.infer<typeof suppressionSchema>

/** What becomes of hooks, servers and settings that a repository brings for an agent; laxest first. */
export const agentSettingsChoices = ['load', 'ignore'] as const

/** Where the work of a job is done. */
export const placesToRun = ['worker', 'actions'] as const

/** Who may be asked to review what comes out. */
export const reviewerChoices = ['requester', 'codeowners'] as const

export const suppressors = ['repository', 'organisation'] as const

/**
 * The effective policy of one job: every key of `airlock.yml` with its default filled in and its units made
 * explicit. It is frozen into the job's request; the worker never reads a policy file of its own accord.
 */
export const policySchema = z.strictObject({
  agent: agentNameSchema,
  /** The agents that may be asked for. Left out: any. */
  agents: z.array(agentNameSchema).max(64).optional(),
  /** Argument list, only with `agent: command`. */
  command: z.array(z.string().max(4096)).max(64).optional(),
  model: z.string().max(128).optional(),
  /** Left out: hooks, servers and settings that the repository brings for an agent are ignored. */
  agentSettings: z.enum(agentSettingsChoices).optional(),
  /** The models that may be asked: names, or beginnings and `*`. Left out: any. */
  models: modelListSchema.optional(),
  /** Left out: on a worker; what runs alone on GitHub Actions may. */
  runsOn: z.enum(placesToRun).optional(),
  /** A folder of sandbox-images, or `host`. */
  image: z.string().max(64),
  /** The least isolation that is accepted. */
  isolation: isolationSchema,
  /** Set only where the operator accepts for this repository what is weaker than `isolation`. */
  acceptedWeaker: acceptedWeakerSchema.optional(),
  /** What the limits and networks below were bounded by, if a level named one. */
  profile: profileSchema.optional(),
  setup: z.strictObject({
    /** Shell lines, run in order inside sandbox 1. Left out: what the repository itself says; empty: nothing. */
    run: z.array(z.string().max(8192)).max(64).optional(),
    /** Globs of the files that `run` depends on. Left out: all of them. */
    inputs: z.array(z.string().max(256)).max(64).optional(),
    /** Names of secrets that the operator holds. */
    secrets: z.array(z.string().max(128)).max(64),
    /** What the setup phase may reach. Left out: what the repository's own package managers need. */
    network: z.array(networkEntrySchema).max(128).optional(),
  }),
  /** What the agent phase may reach; empty means the model and nothing else. */
  network: z.array(networkEntrySchema).max(128),
  limits: z.strictObject({
    /** Wall time of each phase, in milliseconds. */
    wallMs: z.int().positive(),
    memoryBytes: z.int().positive(),
    cpus: z.number().positive(),
    pids: z.int().positive(),
    /** Bytes that the workspace and home may grow to. */
    diskBytes: z.int().positive(),
    /** Bytes of stdout and stderr together, per phase. */
    outputBytes: z.int().positive(),
    /** Model cost of one job in US dollars. */
    costUsd: z.number().positive(),
    /** Of one job, prompts and answers together. Left out: not bounded. */
    tokens: z.int().positive().optional(),
  }),
  /** Milliseconds without output or a request to its model after which an agent has stalled. Left out: never. */
  silenceMs: z.int().positive().optional(),
  /** Model cost of one day (UTC) in US dollars, of all jobs together. Left out: not bounded. */
  budgets: z
    .strictObject({
      /** Of whoever asks, in all repositories of one owner. */
      personUsd: z.number().positive().optional(),
      repositoryUsd: z.number().positive().optional(),
      /** Of the repository's owner. */
      organisationUsd: z.number().positive().optional(),
    })
    .optional(),
  /** Left out: nothing is bounded. */
  quotas: quotasSchema.optional(),
  gates: z.strictObject({
    /** SPDX ids; at most one of `allow` and `deny` is set. */
    licenses: z.strictObject({
      allow: z.array(z.string().max(128)).max(256).optional(),
      deny: z.array(z.string().max(128)).max(256).optional(),
      /** Package URLs, without a version for every version: their license is not looked at. */
      exempt: z.array(z.string().max(512)).max(256).optional(),
      /** Package URLs of what must not come in, whatever its license. */
      denyPackages: z.array(z.string().max(512)).max(600).optional(),
    }),
    /** Globs of paths that a change may not touch. */
    protected: z.array(z.string().max(256)).max(256),
    /** Findings that only inform, of all levels that may say so. */
    suppress: z.array(suppressionSchema).max(600).optional(),
    /** The lowest level that may suppress; unset: the repository. */
    suppressBy: z.enum(suppressors).optional(),
  }),
  triggers: z.strictObject({
    label: z.string().max(50),
    command: z.string().max(50),
    permission: permissionSchema,
    /** How often a schedule may start a job. Left out: hourly. */
    schedules: schedulePaceSchema.optional(),
    /** Whoever asks is in one of these teams of the repository's owner; nobody is in none. Left out: in any or none. */
    teams: z.array(teamSlugSchema).max(64).optional(),
  }),
  /** What is asked for at set times. It is no part of what a job may, so no job's policy has it. */
  schedules: z.array(scheduleSchema).max(mostSchedules).optional(),
  /** Who lets a held change out. Left out: whoever may ask, the one who asked too. */
  approvals: z
    .strictObject({
      /** May the one who asked approve what came of it? */
      own: z.boolean(),
      /** The least live permission, never less than that of `triggers`. */
      permission: permissionSchema,
      /** Whoever approves is in one of these teams. Left out: those of `triggers`. */
      teams: z.array(teamSlugSchema).max(64).optional(),
    })
    .optional(),
  handoff: z.strictObject({
    draft: z.boolean(),
    /** `skip` asks CI not to run on the branch, `quarantine` until a person lets it; `run` leaves it alone. */
    ci: z.enum(['run', 'quarantine', 'skip']),
    /** Who is asked to review a new pull request. Left out: all of these. */
    reviewers: z.array(z.enum(reviewerChoices)).max(2).optional(),
  }),
})
export type Policy = z.infer<typeof policySchema>
export type Limits = Policy['limits']

/** Who writes policies, highest first. */
export const policyLevels = ['operator', 'organisation', 'repository'] as const
export type PolicyLevel = (typeof policyLevels)[number]

/** Where a value of the effective policy is from: for the record. Values that nobody set are not named. */
export const policyOriginSchema = z.strictObject({
  /** With dots, in the words of airlock.yml: `limits.minutes`. */
  key: z.string().max(100),
  from: z
    .array(
      z.strictObject({ level: z.enum(policyLevels), file: z.string().max(4096), line: z.int().positive().nullable() }),
    )
    .max(300),
})
export type PolicyOrigin = z.infer<typeof policyOriginSchema>

/** Who lets a held change out under a policy. */
export function approvalsOf({ approvals, triggers }: Policy): NonNullable<Policy['approvals']> {
  const { own, permission, teams } = { own: true, permission: triggers.permission, ...approvals }
  const asked = teams ?? triggers.teams
  return { own, permission, ...(asked === undefined ? {} : { teams: asked }) }
}
