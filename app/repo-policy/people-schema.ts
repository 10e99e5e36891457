import { z } from 'zod'
import { permissionSchema, schedulePaceSchema, teamSlugSchema } from '../../worker/contract/index.ts'

const teams = (text: string) => z.array(teamSlugSchema).max(64).describe(text)

export const triggersSchema = z
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
    teams: teams(
      'Whoever starts a job is in one of these teams of the organisation too, by slug; [] is nobody.',
    ).optional(),
    schedules: schedulePaceSchema
      .optional()
      .describe('How often an entry of schedules may start a job at most; never: not at all. Unset: hourly.'),
  })
  .describe('Who starts a job, and how.')

export const approvalsSchema = z
  .strictObject({
    own: z.boolean().optional().describe('May the person who asked approve what came of it? Unset: yes.'),
    permission: permissionSchema
      .exclude(['none'])
      .optional()
      .describe('The least permission that may approve; never less than triggers.permission, which it is if unset.'),
    teams: teams('Whoever approves is in one of these teams too. Unset: in one of triggers.teams.').optional(),
  })
  .describe('Who lets a held change out, with `/airlock approve`.')
