import { z } from 'zod'
import { suppressionSchema, suppressors } from '../../worker/contract/index.ts'
import { licensesSchema } from './license-schema.ts'

/** A star more in one part, and matching the name of a file that an agent thought up takes a matcher minutes. */
const pathGlob = z
  .string()
  .min(1)
  .max(256)
  .refine(
    (glob) => glob.split('**').length <= 4 && glob.split('/').every((part) => part.split(/\*{1,256}/).length <= 3),
    { error: 'a glob has at most two * in each part of the path, and ** three times: write it as several' },
  )

export const gatesSchema = z
  .strictObject({
    licenses: licensesSchema.optional(),
    protected: z.array(pathGlob).max(256).optional().describe('Globs of paths; a change that touches one is held.'),
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
