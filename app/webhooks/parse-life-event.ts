import { z } from 'zod'
import {
  type LifeEvent,
  type LifeEventName,
  lifeEventNames,
  lifeEventSchema,
  mostNamedRepositories,
  namedRepositorySchema,
} from '../../worker/contract/index.ts'
import type { Delivery } from './read-common.ts'

export type ParsedLife =
  | { readonly kind: 'event'; readonly event: LifeEvent }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'invalid'; readonly problem: string }

const listedSchema = z
  .array(z.object({ id: namedRepositorySchema.shape.id, full_name: z.string().max(201) }))
  .transform((all) => all.slice(0, mostNamedRepositories))
const payloadSchema = z.object({
  installation: z.object({ id: lifeEventSchema.shape.installationId }),
  sender: z.object({ login: lifeEventSchema.shape.by }),
  repository: z.object({ id: namedRepositorySchema.shape.id, full_name: z.string().max(201) }).optional(),
  repositories: listedSchema.nullish(),
  repositories_added: listedSchema.nullish(),
  repositories_removed: listedSchema.nullish(),
})

/** What an installation or a repository went through. An old body that is sent again asks us to look, and no more. */
export function parseLifeEvent({ deliveryId, event, payload, receivedAt }: Delivery): ParsedLife {
  const name = lifeEventName(event, payload.action)
  // Only a webhook of a repository or organisation lacks it; the App's own always has it.
  if (name === undefined || payload.installation === undefined) return { kind: 'ignored' }
  const parsed = payloadSchema.safeParse(payload)
  if (!parsed.success) {
    const fields = parsed.error.issues.slice(0, 5).map((issue) => issue.path.join('.') || 'payload')
    return { kind: 'invalid', problem: `not as GitHub sends it: ${fields.join(', ')}` }
  }
  const { installation, sender, repository, repositories, repositories_added, repositories_removed } = parsed.data
  const listed = [repository, repositories, repositories_added, repositories_removed].flat()
  const named = listed.flatMap((one) => {
    const [owner, repositoryName] = one?.full_name.split('/') ?? []
    return namedRepositorySchema.safeParse({ id: one?.id, owner, name: repositoryName }).data ?? []
  })
  return {
    kind: 'event',
    event: {
      ...{ version: 1, deliveryId, name, installationId: installation.id, by: sender.login, receivedAt },
      repositories: named.slice(0, mostNamedRepositories),
    },
  }
}

/** Of what a delivery says of itself. */
export function lifeEventName(event: string, action: unknown): LifeEventName | undefined {
  return lifeEventNames.find((name) => name === `${event}.${String(action)}`)
}
