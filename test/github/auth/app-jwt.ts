import { type KeyObject, verify } from 'node:crypto'
import { z } from 'zod'

const headerSchema = z.object({ alg: z.literal('RS256') })
const claimsSchema = z.object({ iat: z.number(), exp: z.number(), iss: z.union([z.string(), z.number()]) })

/** Why GitHub would refuse this App JWT; undefined where it is good. */
export function refuseAppJwt(jwt: string, appId: number, publicKey: KeyObject): string | undefined {
  const [header = '', payload = '', signature = ''] = jwt.split('.')
  const claims = claimsSchema.safeParse(parsePart(payload))
  if (!headerSchema.safeParse(parsePart(header)).success || !claims.success)
    return 'A JSON web token could not be decoded'

  const signed = verify(
    'RSA-SHA256',
    Buffer.from(`${header}.${payload}`),
    publicKey,
    Buffer.from(signature, 'base64url'),
  )
  if (!signed) return 'A JSON web token could not be decoded'

  const now = Date.now() / 1000
  if (String(claims.data.iss) !== String(appId)) return 'Integration not found'
  if (claims.data.exp <= now)
    return "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires"
  if (claims.data.exp > now + 600) return "'Expiration time' claim ('exp') is too far in the future"
  if (claims.data.iat > now)
    return "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
  return undefined
}

function parsePart(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}
