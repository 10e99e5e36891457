import { z } from 'zod'
import { repositorySchema } from './job-request.ts'
import { shaSchema } from './names.ts'

/**
 * Commits that somebody, a bot too, offers to a default branch. It asks for no job: it is looked at for changes to a
 * policy file, and nothing of it is run.
 */
export const pullEventSchema = z.strictObject({
  version: z.literal(1),
  deliveryId: z.string().min(1).max(128),
  /** Of repository, pull request, head and base branch: two deliveries of one offer have the same key. */
  eventKey: z.string().min(1).max(512),
  installationId: z.int().positive(),
  repository: repositorySchema,
  number: z.int().positive(),
  headSha: shaSchema,
  /** How many files it changes, as GitHub counts them. */
  changedFiles: z.int().nonnegative(),
  receivedAt: z.iso.datetime(),
})
export type PullEvent = z.infer<typeof pullEventSchema>
