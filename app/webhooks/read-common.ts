import type { z } from 'zod'
import type { IntakeEvent } from '../../worker/contract/index.ts'
import type { Payload } from './event-fits-payload.ts'
import type { sharedSchema } from './payload-schemas.ts'

/** A delivery that no event is made of. */
export type Unusable =
  | { readonly kind: 'ignored'; readonly why: string }
  | { readonly kind: 'invalid'; readonly problem: string }

export interface Delivery {
  readonly deliveryId: string
  readonly event: string
  readonly payload: Payload
  /** ISO 8601. */
  readonly receivedAt: string
}

type Common = Pick<IntakeEvent, 'version' | 'deliveryId' | 'installationId' | 'repository' | 'sender' | 'receivedAt'>

/** What every event that may ask for something has. */
export function commonOf(delivery: Delivery, payload: z.infer<typeof sharedSchema>): Common {
  const { installation, repository, sender } = payload
  const { id, name, private: isPrivate, default_branch: defaultBranch, owner } = repository
  return {
    version: 1,
    deliveryId: delivery.deliveryId,
    installationId: installation.id,
    repository: { id, owner: owner.login, name, private: isPrivate, defaultBranch },
    sender,
    receivedAt: delivery.receivedAt,
  }
}

export function toUtc(text: string): string {
  return new Date(text).toISOString()
}

/** Names the fields and repeats no value. */
export function invalid(error: z.ZodError): Unusable {
  const fields = error.issues.slice(0, 5).map((issue) => issue.path.join('.') || 'payload')
  return { kind: 'invalid', problem: `not as GitHub sends it: ${fields.join(', ')}` }
}
