/**
 * What a run hands over is an artifact, which whoever may read the repository may fetch: a change that a gate holds, too.
 * So it is sealed to a key of the App's that is the job's own. It is made from the App's own key: every worker has it,
 * and nothing of it is kept. The cipher's key is made anew for each message, so its nonce may be the same.
 */
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'
import { z } from 'zod'

/** 32 bytes, as base64url. */
export const publicKeySchema = z.string().regex(/^[A-Za-z0-9_-]{43}$/)

const cipher = 'aes-256-gcm'
const nonce = Buffer.alloc(12)
const keyBytes = 32
const tagBytes = 16
/** What stands before the 32 bytes of an X25519 key in PKCS #8: RFC 8410. */
const pkcs8 = Buffer.from('302e020100300506032b656e04220420', 'hex')
const jwkSchema = z.object({ x: publicKeySchema })

/** `privateKey` is the App's, in PEM. */
export function jobKey(privateKey: string, jobId: string): KeyObject {
  const secret = Buffer.from(hkdfSync('sha256', privateKey, '', `airlock handover ${jobId}`, keyBytes))
  return createPrivateKey({ key: Buffer.concat([pkcs8, secret]), format: 'der', type: 'pkcs8' })
}

export function publicPartOf(key: KeyObject): string {
  return jwkSchema.parse(createPublicKey(key).export({ format: 'jwk' })).x
}

/** `to` is somebody's public part. */
export function sealTo(to: string, content: Uint8Array): Buffer {
  const { privateKey } = generateKeyPairSync('x25519')
  const from = publicPartOf(privateKey)
  const sealing = createCipheriv(cipher, keyBetween(privateKey, to, [from, to]), nonce)
  const sealed = Buffer.concat([sealing.update(content), sealing.final()])
  return Buffer.concat([Buffer.from(from, 'base64url'), sealing.getAuthTag(), sealed])
}

/** Null for what was not sealed to this key. */
export function openSealed(key: KeyObject, bytes: Uint8Array): Buffer | null {
  if (bytes.length < keyBytes + tagBytes) return null
  const from = Buffer.from(bytes.subarray(0, keyBytes)).toString('base64url')
  try {
    const between = keyBetween(key, from, [from, publicPartOf(key)])
    const opening = createDecipheriv(cipher, between, nonce, { authTagLength: tagBytes })
    opening.setAuthTag(bytes.subarray(keyBytes, keyBytes + tagBytes))
    return Buffer.concat([opening.update(bytes.subarray(keyBytes + tagBytes)), opening.final()])
  } catch {
    return null
  }
}

function keyBetween(own: KeyObject, other: string, parties: readonly string[]): Buffer {
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: other }, format: 'jwk' })
  const shared = diffieHellman({ privateKey: own, publicKey })
  return Buffer.from(hkdfSync('sha256', shared, parties.join(), 'airlock handover', keyBytes))
}
