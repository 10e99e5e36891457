import { z } from 'zod'
import { continuedSchema } from './continued.ts'
import { approvalSchema } from './held-change.ts'
import { actorSchema, agentNameSchema, digestSchema, jobIdSchema, shaSchema } from './names.ts'
import { policyOriginSchema, policySchema } from './policy.ts'
import { quotaSchema } from './quota.ts'
import { askedInSchema, writtenInSchema } from './thread-job.ts'

/** Owner and repository names also name folders of ours, so `.` and `..` are refused. */
const gitHubNameSchema = z.string().regex(/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/)

export const repositorySchema = z.strictObject({
  id: z.int().nonnegative(),
  owner: gitHubNameSchema,
  name: gitHubNameSchema,
  private: z.boolean(),
  defaultBranch: z.string().max(255),
})
export type Repository = z.infer<typeof repositorySchema>

/** So many labels of an issue are given to its pull request at most. */
export const mostLabels = 20
/** How an issue is sorted, and so its pull request. */
export const sortingSchema = z.strictObject({
  labels: z.array(z.string().max(100)).max(mostLabels),
  milestone: z.int().positive().nullable(),
})
export type Sorting = z.infer<typeof sortingSchema>

/** So many jobs are done in one at most, beside the one that does them. */
export const mostJoined = 10
const joinedSchema = z.strictObject({ jobId: jobIdSchema, actor: actorSchema })

/** Where the request was made and where it is answered. */
export const subjectSchema = z.strictObject({
  kind: z.enum(['issue', 'pull-request']),
  number: z.int().positive(),
  title: z.string().max(1024),
})

/**
 * All that a worker needs for one job, frozen when the person asked. Parsed again when it is taken from Redis.
 * `installationId` is null for `airlock run`, which has no GitHub; `subject` also where a request on GitHub names no issue
 * or pull request.
 */
export const jobRequestSchema = z.strictObject({
  version: z.literal(1),
  id: jobIdSchema,
  installationId: z.int().positive().nullable(),
  repository: repositorySchema,
  actor: actorSchema,
  subject: subjectSchema.nullable(),
  trigger: z.strictObject({
    kind: z.enum(['label', 'command', 'api', 'schedule', 'local']),
    deliveryId: z.string().max(128),
    /** The event's own identity: two deliveries of one event have the same key. */
    eventKey: z.string().max(256),
    /** The comment, review comment or review that asked; null: a label. */
    commentId: z.int().positive().nullable(),
    /** Absent: a comment. */
    writtenIn: writtenInSchema.optional(),
    /** The review comment whose thread it is answered in; absent: on the issue or pull request itself. */
    threadId: z.int().positive().optional(),
    /** Where the task's own words are: in another comment than the one that started the job, where it asked again. */
    askedIn: askedInSchema.optional(),
    /** The entry of the policy that was due, and the time that it was due at. */
    schedule: z.strictObject({ digest: digestSchema, cron: z.string().max(100), due: z.iso.datetime() }).optional(),
    receivedAt: z.iso.datetime(),
  }),
  /** The text that the person saw, and its SHA-256. */
  task: z.strictObject({
    text: z.string().max(262_144),
    digest: digestSchema,
    /** So many characters at its beginning the person wrote who asked; the rest is quoted. Absent: none. */
    askedLength: z.int().nonnegative().optional(),
  }),
  /** The branch that the pull request goes against and its commit at the moment of the trigger. */
  base: z.strictObject({ ref: z.string().max(255), sha: shaSchema }),
  /** The default branch's commit that instructions for agents are taken from. Left out: the base is the one. */
  instructionsSha: shaSchema.optional(),
  policy: policySchema,
  /** SHA-256 of the policy's canonical JSON, compared again in `prepare`. */
  policyDigest: digestSchema,
  /** Where its values are from. Absent: it is not known. */
  policyOrigins: z.array(policyOriginSchema).max(200).optional(),
  agent: agentNameSchema,
  /** Set where all that is left to do is what a person approved: to publish what another job made, or let CI run on it. */
  approval: approvalSchema.optional(),
  /** Labels and milestone of the issue, for its pull request. */
  sorting: sortingSchema.optional(),
  /** How the repository titles its commits, where that can be told. */
  titles: z.enum(['conventional']).optional(),
  /**
   * Set where the base is the head of a pull request from a fork: a stranger's code. It meets no setup secret and takes
   * no part in the store of snapshots, and what comes of it is offered on that pull request.
   */
  fork: z.strictObject({ pullRequest: z.int().positive(), repositoryId: z.int().nonnegative() }).optional(),
  /** Set where the job goes on with a pull request of ours, in its branch, which is then the base. */
  continues: continuedSchema.optional(),
  /**
   * Set where the job brings that pull request up to its base branch: the branch, its commit, and one that both go back
   * to. An agent only runs where the two do not fit together.
   */
  merges: z.strictObject({ ref: z.string().max(255), sha: shaSchema, from: shaSchema }).optional(),
  /** Others whose words on the same pull request were waiting when the job began: it does what they asked, too. */
  joined: z.array(joinedSchema).max(mostJoined).optional(),
  /** The job that does what this one was asked for. */
  joinedTo: jobIdSchema.optional(),
  /** Set where the job may not begin: what leaves it no room. */
  overQuota: quotaSchema.optional(),
})
export type JobRequest = z.infer<typeof jobRequestSchema>

/** By whose id people find a job's comment, branch and check: an approval goes on where the held job stopped. */
export function shownIdOf({ id, approval }: Pick<JobRequest, 'id' | 'approval'>): string {
  return approval?.jobId ?? id
}

/** CI is kept away from what the job publishes, until a person lets it run. Whoever approves a held change does that too. */
export function isQuarantined({ policy, approval, installationId }: JobRequest): boolean {
  return policy.handoff.ci === 'quarantine' && approval === undefined && installationId !== null
}
