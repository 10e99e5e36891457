import type { World } from '../world.ts'
import type { App } from './app.ts'
import { refuseAppJwt } from './app-jwt.ts'
import { type InstallationToken, isLive } from './installation-tokens.ts'
import type { UserToken } from './user-tokens.ts'

/** Who a request says it is from, and whether that is true. */
export type Identity =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'app'; readonly app: App }
  | { readonly kind: 'installation'; readonly token: InstallationToken }
  | { readonly kind: 'user'; readonly token: UserToken }
  | { readonly kind: 'refused'; readonly reason: string }

/** Reads `Authorization` in each form that GitHub takes: bearer, token, and basic for git. */
export function identify(world: World, authorization: string | undefined): Identity {
  if (authorization === undefined) return { kind: 'nobody' }
  const [scheme = '', value = ''] = authorization.split(' ')
  const secret = scheme.toLowerCase() === 'basic' ? basicPassword(value) : value

  const token = world.tokens.find(secret)
  if (token) return isLive(token) ? { kind: 'installation', token } : { kind: 'refused', reason: 'Bad credentials' }
  const person = world.userTokens.find(secret)
  if (person) return { kind: 'user', token: person }
  if (secret.startsWith('ghs_') || secret.split('.').length !== 3) return { kind: 'refused', reason: 'Bad credentials' }

  const reason = refuseAppJwt(secret, world.app.id, world.app.publicKey)
  return reason === undefined ? { kind: 'app', app: world.app } : { kind: 'refused', reason }
}

function basicPassword(encoded: string): string {
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return text.slice(0, colon) === 'x-access-token' ? text.slice(colon + 1) : ''
}
