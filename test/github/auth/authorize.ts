import { badCredentials, notFound, notPermitted, Refusal } from '../http/refusal.ts'
import type { Need } from '../http/route.ts'
import type { Permissions, Repository } from '../state/entities.ts'
import { roleOf } from '../state/state.ts'
import type { Identity } from './identify.ts'
import { covers, type InstallationToken } from './installation-tokens.ts'
import type { UserToken } from './user-tokens.ts'

/** Passes an App JWT, refuses everything else. */
export function authorizeApp(identity: Identity): void {
  if (identity.kind === 'refused') throw badCredentials(identity.reason)
  if (identity.kind !== 'app') throw badCredentials('A JSON web token could not be decoded')
}

/** Passes a live token of an installation that is not suspended. */
export function authorizeToken(identity: Identity): InstallationToken {
  if (identity.kind === 'refused') throw badCredentials(identity.reason)
  if (identity.kind !== 'installation') throw badCredentials('Requires authentication')
  if (identity.token.installation.suspendedAt) throw new Refusal(403, 'This installation has been suspended')
  return identity.token
}

/** Passes a person's token. */
export function authorizeUser(identity: Identity): UserToken {
  if (identity.kind === 'refused') throw badCredentials(identity.reason)
  if (identity.kind === 'installation') throw new Refusal(403, 'Resource not accessible by integration')
  if (identity.kind !== 'user') throw badCredentials('Requires authentication')
  return identity.token
}

/** A person's token reads what the person may see, as far as the token was made for it. */
function authorizePerson({ user, repositories, scopes }: UserToken, repository: Repository, needs: readonly Need[]) {
  const covered = repositories === 'all' || repositories.includes(repository)
  const scoped = scopes === undefined || scopes.includes('repo')
  const isSeen = !repository.private || (roleOf(repository, user) !== 'none' && covered && scoped)
  if (!isSeen) throw notFound()
  if (!needs.includes('metadata:read')) throw notPermitted()
  return {}
}

/**
 * Passes a token that is for this repository and holds one of the needs; a public
 * repository may be read by everyone. A private one that the token is not for does
 * not exist, as on GitHub.
 */
export function authorizeRepository(identity: Identity, repository: Repository, needs: readonly Need[]): Permissions {
  const reads = needs.some((need) => need.endsWith(':read'))
  if (identity.kind === 'nobody' && !repository.private && reads) return {}
  if (identity.kind === 'nobody' && repository.private) throw notFound()

  if (identity.kind === 'user') return authorizePerson(identity.token, repository, needs)
  const token = authorizeToken(identity)
  if (!covers(token, repository)) {
    if (repository.private) throw notFound()
    if (reads) return {}
    throw notPermitted()
  }
  if (!needs.some((need) => holds(token.permissions, need))) throw notPermitted()
  if (!reads && repository.archived) throw new Refusal(403, 'Repository was archived so is read-only.')
  return token.permissions
}

export function holds(permissions: Permissions, need: Need): boolean {
  const [name = '', level] = need.split(':')
  const held = permissions[name]
  return held === 'write' || held === 'admin' || (held === 'read' && level === 'read')
}
