import { authorizeApp, authorizeRepository, authorizeToken, authorizeUser } from '../auth/authorize.ts'
import type { Identity } from '../auth/identify.ts'
import type { UserToken } from '../auth/user-tokens.ts'
import type { Repository } from '../state/entities.ts'
import { findRepository, fullName } from '../state/state.ts'
import type { World } from '../world.ts'
import type { Match } from './match-route.ts'
import { notFound, Refusal } from './refusal.ts'
import { type Call, param, type Reply } from './route.ts'

/** Lets the route answer, where whoever asks may. */
export async function answerRest(match: Match, call: Call, identity: Identity): Promise<Reply> {
  const { route } = match
  switch (route.auth) {
    case 'app':
      authorizeApp(identity)
      return route.handle(call)
    case 'token':
      return route.handle({ ...call, token: authorizeToken(identity) })
    case 'user': {
      const userToken = authorizeUser(identity)
      return withScopes(userToken, await route.handle({ ...call, userToken }))
    }
    case 'repository': {
      const repository = findRepository(call.world.state, param(call, 'owner'), param(call, 'repo'))
      if (!repository) throw notFound()
      const permissions = authorizeRepository(identity, repository, route.needs)
      refuseFormerName(call, repository, route.method)
      const reply = await route.handle({ ...call, repository, permissions })
      const needs = route.needs.map((need) => need.replace(':', '=')).join('; ')
      const answered = { ...reply, headers: { 'x-accepted-github-permissions': needs, ...reply.headers } }
      return identity.kind === 'user' ? withScopes(identity.token, answered) : answered
    }
  }
}

/** GitHub tells the scopes of a classic token with every answer, also where it has none. */
function withScopes({ scopes }: UserToken, reply: Reply): Reply {
  return scopes === undefined ? reply : { ...reply, headers: { 'x-oauth-scopes': scopes.join(', '), ...reply.headers } }
}

/** `/repositories/{id}` leads to where the repository is now. */
export function resolveRepositoryId(world: World, path: string): string {
  const match = /^\/repositories\/(\d+)(\/.*)?$/.exec(path)
  const repository = world.state.repositories.find(({ id }) => id === Number(match?.[1]))
  return match && repository ? `/repos/${fullName(repository)}${match[2] ?? ''}` : path
}

/** A renamed repository is answered with a redirect to its id, as on GitHub. */
function refuseFormerName(call: Call, repository: Repository, method: string): void {
  if (param(call, 'repo').toLowerCase() === repository.name.toLowerCase()) return
  const rest = call.path.split('/').slice(4).join('/')
  const query = call.query.size > 0 ? `?${call.query}` : ''
  const location = `${call.world.api}/repositories/${repository.id}${rest === '' ? '' : `/${rest}`}${query}`
  throw new Refusal(method === 'GET' ? 301 : 307, 'Moved Permanently', { headers: { location } })
}
