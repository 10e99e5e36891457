import { z } from 'zod'

/** What a rule can let through; a rule that allows GET allows HEAD. CONNECT and TRACE are never let through. */
export const httpMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
export const httpMethodSchema = z.enum(httpMethods)

/** A secret that the broker adds to the requests for one host. It is never inside a sandbox. */
export const brokeredCredentialSchema = z.strictObject({
  /** Name of a secret that the operator holds. */
  secret: z.string().max(128),
  /** Set: the secret is the password of this user, as HTTP Basic. */
  username: z.string().max(256).optional(),
  /** The header that carries it; `Authorization` where unset. */
  header: z.string().max(128).optional(),
  /** What the header says, with `{}` for the secret. Unset: `Bearer {}` in `Authorization`, `{}` in any other. */
  format: z.string().max(256).optional(),
})
export type BrokeredCredential = z.infer<typeof brokeredCredentialSchema>

/** A host, and what of it may be asked for. With methods, paths or a credential, TLS ends at the broker. */
export const networkRuleSchema = z.strictObject({
  /** `example.com` or `*.example.com`. */
  host: z.string().max(253),
  /** 443 where unset. */
  port: z.int().min(1).max(65_535).optional(),
  methods: z.array(httpMethodSchema).max(httpMethods.length).optional(),
  /** Patterns of paths: `*` is any part of one segment, `**` any number of segments. */
  paths: z.array(z.string().max(512)).max(64).optional(),
  credential: brokeredCredentialSchema.optional(),
})
export type NetworkRule = z.infer<typeof networkRuleSchema>

/** A preset, a domain, a domain with a port, `*` for any public host; or a rule. */
export const networkEntrySchema = z.union([z.string().max(253), networkRuleSchema])
export type NetworkEntry = z.infer<typeof networkEntrySchema>

/** How an entry is called in texts: as it was written, a rule by its host and port. */
export function networkEntryName(entry: NetworkEntry): string {
  return typeof entry === 'string' ? entry : `${entry.host}:${entry.port ?? 443}`
}

/** Names of the secrets that the broker adds to requests. */
export function brokeredSecrets(entries: readonly NetworkEntry[]): string[] {
  const names = entries.flatMap((entry) => (typeof entry === 'string' ? [] : (entry.credential?.secret ?? [])))
  return [...new Set(names)]
}
