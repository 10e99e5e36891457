import { createHash, createPrivateKey, sign } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { createUpstreamCaller } from '../call-upstream.ts'
import { CloudAccessError } from './cloud.ts'

/** A key file of a service account, as Google hands it out; the operator's own word for where its tokens are made. */
const accountSchema = z.object({
  type: z.literal('service_account'),
  client_email: z.string().min(3).max(320),
  private_key: z.string().startsWith('-----BEGIN'),
  private_key_id: z.string().min(1).max(200),
  token_uri: z.url({ protocol: /^https?$/ }),
})
type ServiceAccount = z.output<typeof accountSchema>

export function parseServiceAccount(json: string): ServiceAccount | null {
  try {
    return accountSchema.safeParse(JSON.parse(json)).data ?? null
  } catch {
    return null
  }
}

const tokenSchema = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]{1,8192}$/),
  expires_in: z.int().positive().max(86_400),
})

const lifeSeconds = 3600
/** A token is not used in its last minutes: an answer takes its time. */
const marginMs = 5 * 60_000
const patienceMs = 15_000

export interface GoogleTokens {
  /** Throws CloudAccessError where Google refuses the key, and what Node throws where it cannot be reached. */
  get(keyFile: string, now: number): Promise<string>
}

interface Token {
  readonly value: Promise<string>
  /** Milliseconds since the epoch. */
  until: number
}

/** Access tokens for the cloud platform, each kept while it lasts, by the key that it was made with. */
export function createGoogleTokens(): GoogleTokens {
  const kept = new Map<string, Token>()
  return {
    get(keyFile, now) {
      const id = createHash('sha256').update(keyFile).digest('hex')
      const there = kept.get(id)
      if (there !== undefined && now < there.until) return there.value
      const asked = fetchToken(keyFile, now)
      const token: Token = { value: asked.then(({ value }) => value), until: now + patienceMs }
      kept.set(id, token)
      asked.then(
        ({ until }) => Object.assign(token, { until }),
        () => kept.delete(id),
      )
      return token.value
    },
  }
}

async function fetchToken(keyFile: string, now: number): Promise<{ readonly value: string; readonly until: number }> {
  const account = parseServiceAccount(keyFile)
  if (account === null) throw new CloudAccessError('not a key file of a service account', false)
  const caller = createUpstreamCaller()
  try {
    const body = new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: assertionOf(account, Math.floor(now / 1000)),
    })
    const incoming = await caller.call({
      url: new URL(account.token_uri),
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: Buffer.from(body.toString()),
      idleMs: patienceMs,
      signal: AbortSignal.timeout(patienceMs),
    })
    const answer = tokenSchema.safeParse(jsonOrNull(await text(incoming)))
    const status = incoming.statusCode ?? 502
    if (!answer.success) throw new CloudAccessError(`no token (status ${status})`, status === 429 || status >= 500)
    return { value: answer.data.access_token, until: now + answer.data.expires_in * 1000 - marginMs }
  } finally {
    caller.close()
  }
}

/** Signed by RFC 7523: who asks, for what, and until when. */
function assertionOf(account: ServiceAccount, issuedAt: number): string {
  const parts = [
    { alg: 'RS256', typ: 'JWT', kid: account.private_key_id },
    {
      iss: account.client_email,
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      aud: account.token_uri,
      iat: issuedAt,
      exp: issuedAt + lifeSeconds,
    },
  ]
  const content = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  const signature = sign('RSA-SHA256', Buffer.from(content), createPrivateKey(account.private_key))
  return `${content}.${signature.toString('base64url')}`
}

function jsonOrNull(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return null
  }
}
