import { z } from 'zod'
import { repositorySchema } from './job-request.ts'

/** What happens to an installation or a repository and may end what we do there, by GitHub's names. */
export const lifeEventNames = [
  'installation.created',
  'installation.deleted',
  'installation.suspend',
  'installation.unsuspend',
  'installation_repositories.added',
  'installation_repositories.removed',
  'repository.created',
  'repository.archived',
  'repository.unarchived',
  'repository.deleted',
  'repository.renamed',
  'repository.transferred',
  'repository.publicized',
  'repository.privatized',
] as const
export type LifeEventName = (typeof lifeEventNames)[number]

/** A repository by the id that no renaming changes, and what it is called for people. */
export const namedRepositorySchema = z.strictObject({
  id: repositorySchema.shape.id,
  owner: repositorySchema.shape.owner,
  name: repositorySchema.shape.name,
})
export type NamedRepository = z.infer<typeof namedRepositorySchema>

/** So many repositories of one delivery are looked at; the others are found by what is known of the installation. */
export const mostNamedRepositories = 1000

/** Made by the app from a verified delivery. What follows from it is what GitHub says when it is looked into. */
export const lifeEventSchema = z.strictObject({
  version: z.literal(1),
  deliveryId: z.string().min(1).max(128),
  name: z.enum(lifeEventNames),
  installationId: z.int().positive(),
  repositories: z.array(namedRepositorySchema).max(mostNamedRepositories),
  by: z.string().max(100),
  receivedAt: z.iso.datetime(),
})
export type LifeEvent = z.infer<typeof lifeEventSchema>

/** Why a repository's jobs are stopped. */
export const endOfAccessSchema = z.enum(['installation-deleted', 'installation-suspended', 'out-of-reach', 'archived'])

/** What an event meant for one repository. `remove`: all that is kept of it. `stop`: its jobs alone. */
export const lifeEffectSchema = z.strictObject({
  repository: namedRepositorySchema,
  effect: z.enum(['stop', 'remove']),
  why: endOfAccessSchema,
})
export type LifeEffect = z.infer<typeof lifeEffectSchema>

/** A line of the journal that every worker reads, acts upon and writes into its records. */
export const lifeEntrySchema = z.strictObject({
  event: lifeEventSchema.omit({ version: true, repositories: true }),
  installationId: z.int().positive(),
  /** What the event was about, for the record. */
  repositories: z.array(namedRepositorySchema),
  effects: z.array(lifeEffectSchema),
})
export type LifeEntry = z.infer<typeof lifeEntrySchema>
