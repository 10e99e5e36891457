/**
 * airlock.yml: its schema, how it is read, and how the levels above a repository bound it. Imports the contract and
 * nothing else of ours. What is read here comes from a stranger's repository: it is bounded before it is parsed, and
 * anything that is not plainly right is refused with its path and line, because a policy that was misread is worse
 * than none.
 *
 * Every key is optional and none has a default here: a level that is silent leaves the word to the others.
 */
import { z } from 'zod'
import {
  agentNameSchema,
  agentSettingsChoices,
  isolationSchema,
  modelEntryPattern,
  modelNamePattern,
  permissionSchema,
  profileSchema,
  reviewerChoices,
  suppressionSchema,
  suppressors,
} from '../../worker/contract/index.ts'
import { licensesSchema } from './license-schema.ts'
import { agentNetworkEntry, secretName, setupNetworkEntry } from './network-schema.ts'

const size = (text: string) =>
  z
    .string()
    .regex(/^[1-9]\d{0,5}[kmgt]$/, 'expected a size such as 512m or 4g')
    .describe(text)

const list = (item: z.ZodString, most: number) => z.array(item).max(most)
const line = (most: number) => z.string().min(1).max(most)
/** A star more in one part, and matching the name of a file that an agent thought up takes a matcher minutes. */
const pathGlob = line(256).refine(
  (glob) => glob.split('**').length <= 4 && glob.split('/').every((part) => part.split(/\*{1,256}/).length <= 3),
  { error: 'a glob has at most two * in each part of the path, and ** three times: write it as several' },
)

const setupSchema = z
  .strictObject({
    run: list(line(8192), 64)
      .optional()
      .describe(
        "Shell lines, run in the workspace in order; the first that fails ends the job. Without it, what the repository's own files say; [] runs nothing.",
      ),
    inputs: list(line(256), 64)
      .optional()
      .describe('Globs of the files that setup.run depends on: commits that share them share what setup left.'),
    secrets: list(secretName, 64)
      .optional()
      .describe('Names of secrets that the operator holds; environment variables during setup only.'),
    network: z
      .array(setupNetworkEntry)
      .max(128)
      .optional()
      .describe(
        'What setup may reach: presets (npm, …), domains and rules. Without it, presets of what the repository installs with.',
      ),
  })
  .describe('The phase before the agent: online by allowlist, with secrets, and destroyed at its end.')

export const limitsSchema = z
  .strictObject({
    minutes: z.number().positive().max(360).optional().describe('Wall time of each phase, in minutes.'),
    'silence-minutes': z
      .number()
      .positive()
      .max(360)
      .optional()
      .describe('Minutes without output or a request to its model after which an agent has stalled.'),
    memory: size('Memory of a sandbox.').optional(),
    cpus: z.number().positive().max(256).optional().describe('Processor time, in whole processors.'),
    pids: z.int().min(16).max(65_536).optional().describe('Processes and threads at a time.'),
    disk: size('What workspace and home may grow to.').optional(),
    output: size('Output of a phase, stdout and stderr together.').optional(),
    'cost-usd': z.number().positive().max(1000).optional().describe('Model cost of one job, in US dollars.'),
  })
  .describe('Every job ends within these.')

const dayUsd = (whose: string) => z.number().positive().max(100_000).optional().describe(`${whose}, in US dollars.`)

const budgetsSchema = z
  .strictObject({
    person: dayUsd('Of one person, in all repositories of an owner together'),
    repository: dayUsd('Of the repository'),
    organisation: dayUsd("Of all repositories of the repository's owner together"),
  })
  .describe('Model cost of a day (UTC), all jobs together; none is bounded unless it is set.')

const gatesSchema = z
  .strictObject({
    licenses: licensesSchema.optional(),
    protected: list(pathGlob, 256).optional().describe('Globs of paths; a change that touches one is held.'),
    suppress: z
      .array(suppressionSchema)
      .max(200)
      .optional()
      .describe('Findings that were looked at and are accepted for a time: they are noted and stop nothing.'),
    'suppress-by': z
      .enum(suppressors)
      .optional()
      .describe('Whose policy may suppress. Unset: that of the repository too.'),
  })
  .describe('What a change has to pass before it leaves the sandbox.')

const triggersSchema = z
  .strictObject({
    label: z
      .string()
      .regex(/^[^\s:,][^\r\n:,]{0,48}$/, 'expected a label without colon or comma')
      .optional()
      .describe('Label that starts a job; LABEL:AGENT starts it with that agent.'),
    command: z
      .string()
      .regex(/^\/[A-Za-z0-9][A-Za-z0-9-]{0,48}$/, 'expected a command such as /airlock')
      .optional()
      .describe('First word of a comment that starts a job.'),
    permission: permissionSchema
      .exclude(['none'])
      .optional()
      .describe('The least permission on the repository that may start a job.'),
  })
  .describe('Who starts a job, and how.')

const approvalsSchema = z
  .strictObject({
    own: z.boolean().optional().describe('May the person who asked approve what came of it? Unset: yes.'),
    permission: permissionSchema
      .exclude(['none'])
      .optional()
      .describe('The least permission that may approve; never less than triggers.permission, which it is if unset.'),
  })
  .describe('Who lets a held change out, with `/airlock approve`.')

const handoffSchema = z
  .strictObject({
    draft: z.boolean().optional().describe('Open the pull request as a draft.'),
    ci: z
      .enum(['run', 'quarantine', 'skip'])
      .optional()
      .describe('skip asks CI not to run on the branch; quarantine, until a person says `/airlock approve`.'),
    reviewers: z
      .array(z.enum(reviewerChoices))
      .max(2)
      .optional()
      .describe(
        'Who is asked to review a new pull request: who asked for it, owners of what it changes. Without it, both.',
      ),
  })
  .describe('How the result is handed over.')

export const policyFileSchema = z
  .strictObject({
    agent: agentNameSchema.optional().describe('The coding agent; command runs a program of your own.'),
    command: list(line(4096), 64).min(1).optional().describe('With agent: command, the program and its arguments.'),
    'agent-settings': z
      .enum(agentSettingsChoices)
      .optional()
      .describe(
        'Hooks, servers and settings that the repository brings for an agent: load obeys them, where the organisation or the operator says load too.',
      ),
    model: z
      .string()
      .regex(modelNamePattern, 'expected a model name')
      .optional()
      .describe("The model, by its provider's name."),
    models: list(z.string().regex(modelEntryPattern, 'expected a model name, or its beginning and *: gpt-*'), 64)
      .min(1)
      .optional()
      .describe('Models that may be asked, by name or as `gpt-*`; `model` is one of them. Without it, any.'),
    image: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'expected an image name such as base, or host')
      .optional()
      .describe("What the sandbox's system is: an image of Airlock's by name, or host."),
    isolation: isolationSchema.optional().describe('The least isolation that is accepted; nothing weaker is taken.'),
    profile: profileSchema
      .optional()
      .describe('Network and limits together; the other keys may narrow it, and never widen it.'),
    setup: setupSchema.optional(),
    network: z
      .array(agentNetworkEntry)
      .max(128)
      .optional()
      .describe("What the agent's sandbox may reach besides its model: presets, domains and rules."),
    limits: limitsSchema.optional(),
    budgets: budgetsSchema.optional(),
    gates: gatesSchema.optional(),
    triggers: triggersSchema.optional(),
    approvals: approvalsSchema.optional(),
    handoff: handoffSchema.optional(),
  })
  .refine((file) => file.agent !== 'command' || file.command !== undefined, {
    error: 'agent: command needs command: the program and its arguments',
    path: ['command'],
  })
  .describe('Policy of Airlock for a repository or an organisation. Everything is optional.')
export type PolicyFile = z.infer<typeof policyFileSchema>
