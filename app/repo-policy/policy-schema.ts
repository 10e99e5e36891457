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
  mostSchedules,
  placesToRun,
  profileSchema,
  quotasSchema,
  reviewerChoices,
  scheduleSchema,
} from '../../worker/contract/index.ts'
import { gatesSchema } from './gates-schema.ts'
import { agentNetworkEntry, secretName, setupNetworkEntry } from './network-schema.ts'
import { approvalsSchema, triggersSchema } from './people-schema.ts'
import { conditionSchema, repositoryGlob } from './rules/condition-schema.ts'

const size = (text: string) =>
  z
    .string()
    .regex(/^[1-9]\d{0,5}[kmgt]$/, 'expected a size such as 512m or 4g')
    .describe(text)

const list = (item: z.ZodString, most: number) => z.array(item).max(most)
const line = (most: number) => z.string().min(1).max(most)
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
    tokens: z
      .int()
      .positive()
      .max(10_000_000_000)
      .optional()
      .describe("Tokens of one job's models, prompts and answers together. Unset: not bounded."),
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

/** What the file itself and each of its rules may say. */
const sharedShape = {
  agent: agentNameSchema.optional().describe('The coding agent; command runs a program of your own.'),
  agents: z
    .array(agentNameSchema)
    .max(64)
    .optional()
    .describe('Agents that may be asked for; `agent` is one of them. Without it, any.'),
  model: z
    .string()
    .regex(modelNamePattern, 'expected a model name')
    .optional()
    .describe("The model, by its provider's name."),
  models: list(z.string().regex(modelEntryPattern, 'expected a model name, or its beginning and *: gpt-*'), 64)
    .min(1)
    .optional()
    .describe('Models that may be asked, by name or as `gpt-*`; `model` is one of them. Without it, any.'),
  isolation: isolationSchema.optional().describe('The least isolation that is accepted; nothing weaker is taken.'),
  network: z
    .array(agentNetworkEntry)
    .max(128)
    .optional()
    .describe("What the agent's sandbox may reach besides its model: presets, domains and rules."),
  limits: limitsSchema.optional(),
  budgets: budgetsSchema.optional(),
  quotas: quotasSchema.optional(),
  approvals: approvalsSchema.optional(),
  handoff: handoffSchema.optional(),
}

const ruleSchema = z
  .strictObject({
    when: conditionSchema.optional().describe('The rule holds where all of this fits. Unset: everywhere.'),
    unless: conditionSchema.optional().describe('It does not hold where all of this fits.'),
    ...sharedShape,
    setup: setupSchema.pick({ secrets: true, network: true }).optional().describe('Of the setup phase.'),
    gates: gatesSchema
      .pick({ licenses: true, protected: true, 'suppress-by': true })
      .optional()
      .describe('Of the gates.'),
    triggers: triggersSchema.pick({ permission: true, teams: true }).optional().describe('Who starts a job.'),
  })
  .refine((rule) => rule.gates?.licenses?.['allow-dependencies-licenses'] === undefined, {
    error: 'an exception makes a gate milder: it has no place in a rule',
    path: ['gates', 'licenses', 'allow-dependencies-licenses'],
  })
  .describe('Narrower for some repositories or people: what it says stands below the rest of the file.')
export type PolicyRule = z.infer<typeof ruleSchema>

export const policyFileSchema = z
  .strictObject({
    ...sharedShape,
    command: list(line(4096), 64).min(1).optional().describe('With agent: command, the program and its arguments.'),
    'agent-settings': z
      .enum(agentSettingsChoices)
      .optional()
      .describe(
        'Hooks, servers and settings that the repository brings for an agent: load obeys them, where the organisation or the operator says load too.',
      ),
    'runs-on': z
      .enum(placesToRun)
      .optional()
      .describe(
        "Where jobs run: on a worker, or as a workflow on the repository's GitHub Actions. Without it, on a worker.",
      ),
    image: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'expected an image name such as base, or host')
      .optional()
      .describe("What the sandbox's system is: an image of Airlock's by name, or host."),
    profile: profileSchema
      .optional()
      .describe('Network and limits together; the other keys may narrow it, and never widen it.'),
    setup: setupSchema.optional(),
    gates: gatesSchema.optional(),
    triggers: triggersSchema.optional(),
    schedules: z
      .array(scheduleSchema)
      .max(mostSchedules)
      .optional()
      .describe('What is asked for at set times, in the name of a person. Only in the file of a repository.'),
    welcome: z
      .array(repositoryGlob)
      .max(200)
      .optional()
      .describe(
        "Repositories, as OWNER/NAME with *, that get one issue with the first steps when they are added. Only in an organisation's file.",
      ),
    rules: z
      .array(ruleSchema)
      .max(100)
      .optional()
      .describe('Narrower rules for some repositories, by what they are, and for some people, by their team.'),
  })
  .refine((file) => file.agent !== 'command' || file.command !== undefined, {
    error: 'agent: command needs command: the program and its arguments',
    path: ['command'],
  })
  .describe('Policy of Airlock for a repository or an organisation. Everything is optional.')
export type PolicyFile = z.infer<typeof policyFileSchema>
