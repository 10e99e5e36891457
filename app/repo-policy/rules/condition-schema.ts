import { z } from 'zod'
import { teamSlugSchema } from '../../../worker/contract/index.ts'

/** GitHub's own words for who can see a repository. */
export const visibilities = ['public', 'private', 'internal'] as const

export const repositoryGlob = z
  .string()
  .regex(/^[A-Za-z0-9._*-]{1,100}\/[A-Za-z0-9._*-]{1,100}$/, 'expected OWNER/NAME, where * stands for any part')

/** What can be asked of a repository. */
export const repositoryConditions = {
  visibility: z.enum(visibilities).optional().describe('Who can see the repository.'),
  name: repositoryGlob.optional().describe('OWNER/NAME, where * stands for any part; case is ignored.'),
  topic: z.string().min(1).max(200).describe('One of the topics of the repository.').optional(),
  property: z
    .record(z.string().max(75), z.string().max(200))
    .optional()
    .describe('Custom properties of the repository, each with the value that it has; a list has it as one of its.'),
}

/** All conditions that are named have to fit. */
export const conditionSchema = z
  .strictObject({
    ...repositoryConditions,
    team: teamSlugSchema.optional().describe('A team of the organisation, by its slug: whoever asks is in it.'),
  })
  .refine((condition) => Object.values(condition).some((value) => value !== undefined), {
    error: 'a condition names at least one of visibility, name, topic, property and team',
  })
export type Condition = z.infer<typeof conditionSchema>
