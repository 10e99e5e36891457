/**
 * What the person who runs an installation allows, above every organisation and repository. Read from a file on the
 * machine, and by nobody else: it is the only level that can let something weaker through, and says so in
 * `accept-weaker` alone. Imports the contract and the schema of airlock.yml.
 */
import { z } from 'zod'
import { agentNameSchema, isolationSchema, profileSchema } from '../../../worker/contract/index.ts'
import { limitsSchema, policyFileSchema } from '../policy-schema.ts'
import { repositoryConditions, repositoryGlob } from '../rules/condition-schema.ts'

const ruleSchema = z
  .strictObject({
    ...repositoryConditions,
    least: isolationSchema.describe('The least isolation of these repositories.'),
  })
  .describe('One rule: all of its conditions have to fit.')

const acceptSchema = z
  .strictObject({
    repository: repositoryGlob.describe('OWNER/NAME, where * stands for any part; case is ignored.'),
    isolation: isolationSchema.describe('The weakest class that may run there where the one asked for is missing.'),
    until: z.iso
      .date('expected a day such as 2027-03-31')
      .optional()
      .describe('The last day on which it is accepted, in UTC. Unset: until the entry is taken out.'),
    reason: z.string().min(10).max(500).describe('Why. Shown in each pull request that was made so.'),
  })
  .describe('A weaker class that is accepted where the one that is asked for cannot be had.')

const builtIn = {
  maximum: {
    minutes: 120,
    'silence-minutes': 120,
    memory: '16g',
    cpus: 8,
    pids: 4096,
    disk: '50g',
    output: '1g',
    'cost-usd': 50,
  },
  profiles: ['strict', 'moderate'],
} as const

const imageNameSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'expected an image name such as base, or host')

export const operatorFileSchema = z
  .strictObject({
    maximum: limitsSchema
      .prefault({})
      .transform((set) => ({ ...builtIn.maximum, ...set }))
      .describe('The most that any policy gets, whatever it asks for.'),
    profiles: z
      .array(profileSchema)
      .min(1)
      .default([...builtIn.profiles])
      .describe('Profiles that a policy may name.'),
    images: z
      .array(imageNameSchema)
      .min(1)
      .max(64)
      .optional()
      .describe('Images that a policy may name; the first is what a silent one gets. Unset: all.'),
    'devcontainer-images': z
      .record(
        z.string().regex(/^[A-Za-z0-9._/*:-]{1,200}$/, 'expected the name of an image, without its tag'),
        imageNameSchema,
      )
      .default({})
      .describe(
        "Images by the one that a repository's devcontainer.json names, without its tag, where * stands for any part of a name; the first that fits counts. For repositories whose policies name no image.",
      ),
    agents: z
      .array(agentNameSchema)
      .min(1)
      .optional()
      .describe('Agents that may be asked for; the first is what a silent policy gets. Unset: all.'),
    isolation: z
      .strictObject({
        least: isolationSchema.default('process').describe('The least isolation of every repository.'),
        rules: z.array(ruleSchema).max(200).default([]).describe('The least of some; the strictest that fits counts.'),
      })
      .prefault({})
      .describe('The least isolation, by repository.'),
    'accept-weaker': z
      .array(acceptSchema)
      .max(200)
      .default([])
      .describe('Where less than what is asked for may run, and why; the first entry that fits counts.'),
    welcome: z
      .array(repositoryGlob)
      .max(200)
      .default([])
      .describe('Repositories, as OWNER/NAME with *, that get one issue with the first steps when they are added.'),
    policy: policyFileSchema.prefault({}).describe('An airlock.yml that stands above those of everybody.'),
  })
  .refine(
    ({ images, 'devcontainer-images': mapped }) =>
      images === undefined || Object.values(mapped).every((image) => images.includes(image)),
    { error: 'an image stands here that images does not list', path: ['devcontainer-images'] },
  )
  .describe("The operator's policy.")
export type OperatorFile = z.output<typeof operatorFileSchema>
