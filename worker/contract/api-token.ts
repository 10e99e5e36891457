import { createHash } from 'node:crypto'
import { z } from 'zod'
import { actorSchema, digestSchema } from './names.ts'

/** What every token that the operator makes begins with, for scanners of secrets to know it. */
export const apiTokenPrefix = 'airlock_'

/** A token that the operator made for a machine. It acts as one person, and is good for some repositories. */
export const apiTokenSchema = z.strictObject({
  /** The beginning of the digest. */
  id: z.string().regex(/^[0-9a-f]{12}$/),
  /** SHA-256 of the token; the token itself is kept nowhere. */
  digest: digestSchema,
  user: actorSchema,
  repositories: z
    .array(z.strictObject({ id: z.int().nonnegative(), owner: z.string().max(100), name: z.string().max(100) }))
    .min(1)
    .max(20),
  note: z.string().max(200),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
})
export type ApiToken = z.infer<typeof apiTokenSchema>

export function apiTokenDigest(token: string): string {
  return createHash('sha256').update(token, 'utf8').digest('hex')
}
