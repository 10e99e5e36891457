/** What lies in Redis and only the App may read: sealed with a key that is made from the App's own. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const cipher = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16

/** `privateKey` is the App's, in PEM; each purpose has a key of its own. */
export function sealingKey(privateKey: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', privateKey, '', purpose, 32))
}

export function seal(key: Buffer, content: Uint8Array): Buffer {
  const nonce = randomBytes(nonceBytes)
  const sealing = createCipheriv(cipher, key, nonce)
  const sealed = Buffer.concat([sealing.update(content), sealing.final()])
  return Buffer.concat([nonce, sealing.getAuthTag(), sealed])
}

/** Null for what was not sealed with this key, as after the App got a new one. */
export function open(key: Buffer, bytes: Buffer): Buffer | null {
  if (bytes.length < nonceBytes + tagBytes) return null
  const opening = createDecipheriv(cipher, key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes })
  opening.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes))
  try {
    return Buffer.concat([opening.update(bytes.subarray(nonceBytes + tagBytes)), opening.final()])
  } catch {
    return null
  }
}
