import { createPrivateKey, sign } from 'node:crypto'

/** GitHub takes at most ten minutes, and its clock may be behind ours. */
const lifeSeconds = 9 * 60
const marginSeconds = 30

export type SignAppJwt = (
  appId: string | number,
  timeDifference?: number,
) => Promise<{ jwt: string; expiresAt: string }>

/**
 * Signs the proof that we are the App, by RFC 7519 with RS256. The key is read once: octokit's own way imports it anew
 * for every token, which was seen to fail under load, and a job would have paid for that.
 */
export function createAppJwtSigner(privateKey: string): SignAppJwt {
  const key = createPrivateKey(privateKey)
  // `timeDifference` is GitHub's clock less ours, in seconds.
  return async (appId, timeDifference = 0) => {
    const issuedAt = Math.floor(Date.now() / 1000) + timeDifference - marginSeconds
    const expiry = issuedAt + lifeSeconds
    const parts = [
      { alg: 'RS256', typ: 'JWT' },
      { iat: issuedAt, exp: expiry, iss: String(appId) },
    ]
    const content = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
    const signature = sign('RSA-SHA256', Buffer.from(content), key).toString('base64url')
    return { jwt: `${content}.${signature}`, expiresAt: new Date(expiry * 1000).toISOString() }
  }
}
