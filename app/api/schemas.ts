/** What is said over the HTTP API: its bodies, as zod schemas with a description on every field. */
import { z } from 'zod'
import {
  agentNameSchema,
  jobIdSchema,
  modelNamePattern,
  outcomeNameSchema,
  reasonSchema,
  shaSchema,
  stepNameSchema,
  usageSchema,
} from '../../worker/contract/index.ts'

const number = z.int().positive().max(2_147_483_647)
/** What a branch's name may be made of for us: no `..`, nothing that a shell or a URL would take for more. */
const branch = z.string().regex(/^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._/+@-]{0,254}$/, 'expected the name of a branch')

export const askBodySchema = z
  .strictObject({
    repository: z
      .string()
      .regex(/^(?!\.{1,2}\/)[A-Za-z0-9._-]{1,100}\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/, 'expected OWNER/NAME')
      .describe('OWNER/NAME, as it is called now.'),
    task: z
      .string()
      .max(65_536)
      .regex(/\S/, 'expected words')
      .describe('What is to be done, in words: what `/airlock TASK` would say.'),
    base: branch.optional().describe('The branch to start from and to go against. Left out: the default branch.'),
    issue: number.optional().describe('The issue that it is for. Its text is quoted to the agent.'),
    pullRequest: number.optional().describe('The open pull request that it is for; not together with base or issue.'),
    agent: agentNameSchema.optional().describe("The agent. Left out: the policy's."),
    model: z
      .string()
      .regex(modelNamePattern, 'expected a model name')
      .optional()
      .describe("The model, one that the policy allows. Left out: the policy's."),
    anyway: z
      .boolean()
      .optional()
      .describe('Start also where a pull request for the issue is open already. Left out: no.'),
  })
  .refine(({ pullRequest, base, issue }) => pullRequest === undefined || (base === undefined && issue === undefined), {
    error: 'pullRequest stands alone: its own branch is the base',
    path: ['pullRequest'],
  })
  .describe('A request for one job.')
export type AskBody = z.infer<typeof askBodySchema>

export const jobIdParameter = jobIdSchema.describe('The id of a job.')
export const keySchema = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/, 'expected 1 to 200 visible ASCII characters')
  .describe('The same key of the same caller is one job, however often it is sent, for 40 days.')

export const jobAnswerSchema = z
  .strictObject({
    id: jobIdSchema.describe('By this the job is asked about, cancelled, and found in comments and records.'),
    state: z.enum(['waiting', 'running', 'ended']).describe('How far it is.'),
    place: z.int().nullable().describe('Its place in the queue, 1 is next; null where it does not wait.'),
    waitsFor: z.string().nullable().describe('The quota that has no room for it; null where it waits for none.'),
    step: stepNameSchema.nullable().describe('The step that runs; null where none does.'),
    attempt: z.int().nullable().describe('Which try runs; null where none does.'),
    cancelling: z.boolean().describe('Somebody has asked to cancel it.'),
    outcome: outcomeNameSchema.nullable().describe('How it ended; null where it has not.'),
    reason: reasonSchema.nullable().describe('Why it ended so, from a closed list.'),
    detail: z.string().nullable().describe('Facts to the reason, one line.'),
    message: z.string().nullable().describe('The reason in words, with what to do next.'),
    repository: z.string().describe('OWNER/NAME, as it was called when it was asked.'),
    issue: number.nullable().describe('The issue that it is for.'),
    pullRequest: number.nullable().describe('The pull request that it is for; what it opened is among the links.'),
    askedBy: z.string().describe('Login of the person who asked.'),
    askedAt: z.iso.datetime().describe('When the request was taken.'),
    agent: agentNameSchema.describe('The agent that does it.'),
    branch: z.string().nullable().describe('The branch that was published.'),
    commit: shaSchema.nullable().describe('The commit that was published.'),
    links: z
      .strictObject({
        self: z.string().describe('This job, on this server.'),
        subject: z
          .string()
          .nullable()
          .describe('The issue or pull request that it is for, where its status comment is.'),
        pullRequest: z.string().nullable().describe('The pull request that came of it.'),
        decision: z
          .string()
          .nullable()
          .describe('The issue or pull request where a person decides on what a gate holds; null where none is held.'),
      })
      .describe('Where more is to be seen.'),
    usage: usageSchema.nullable().describe('Requests, tokens and cost of models; null where it has not ended.'),
  })
  .describe('A job.')
export type JobAnswer = z.infer<typeof jobAnswerSchema>

const openPullSchema = z.strictObject({ number, title: z.string(), isOurs: z.boolean() })

export const errorCodes = [
  'bad-request',
  'unauthenticated',
  'forbidden',
  'not-found',
  'method-not-allowed',
  'timeout',
  'open-already',
  'key-used',
  'too-late',
  'too-large',
  'wrong-type',
  'refused',
  'too-many',
  'unavailable',
  'internal-error',
] as const

export const errorAnswerSchema = z
  .strictObject({
    error: z.strictObject({
      code: z.enum(errorCodes).describe('What went wrong, from a closed list.'),
      message: z.string().describe('The same in words, with what to do next.'),
      reason: reasonSchema
        .optional()
        .describe('With `refused` and `forbidden`: the reason that a comment would be answered with.'),
      open: z
        .array(openPullSchema)
        .optional()
        .describe('With `open-already`: pull requests that are open for the issue.'),
    }),
  })
  .describe('Nothing was done, and why.')
export type ErrorAnswer = z.infer<typeof errorAnswerSchema>
