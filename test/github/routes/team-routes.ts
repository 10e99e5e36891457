import { holds } from '../auth/authorize.ts'
import { nodeId, time } from '../bodies/user-body.ts'
import { notFound, notPermitted } from '../http/refusal.ts'
import { ok } from '../http/reply.ts'
import { param, type Route, type TokenCall, tokenRoute } from '../http/route.ts'
import type { Team } from '../state/entities.ts'
import { findUser } from '../state/state.ts'

/** They take the organisation's permission `members`. */
export const teamRoutes: readonly Route[] = [
  tokenRoute('GET', '/orgs/{org}/teams/{team_slug}', (call) => ok(teamBody(call, teamOf(call)))),
  tokenRoute('GET', '/orgs/{org}/teams/{team_slug}/memberships/{username}', (call) => {
    const team = teamOf(call)
    const user = findUser(call.world.state, param(call, 'username'))
    if (!user || !team.members.has(user.id)) throw notFound()
    return ok({ url: `${urlOf(call, team)}/memberships/${user.login}`, role: 'member', state: 'active' })
  }),
]

function teamOf(call: TokenCall): Team {
  if (!holds(call.token.permissions, 'members:read')) throw notPermitted()
  const organisation = findUser(call.world.state, param(call, 'org'))
  const team = call.world.state.teams.find(
    (known) => known.organisation === organisation && known.slug === param(call, 'team_slug'),
  )
  if (!team || team.organisation !== call.token.installation.account) throw notFound()
  return team
}

function urlOf({ world }: TokenCall, { organisation, slug }: Team): string {
  return `${world.api}/orgs/${organisation.login}/teams/${slug}`
}

function teamBody(call: TokenCall, team: Team) {
  const { organisation, slug, id, members, createdAt } = team
  const [url, then] = [urlOf(call, team), time(createdAt)]
  const api = `${call.world.api}/orgs/${organisation.login}`
  return {
    ...{ id, slug, url, name: slug, node_id: nodeId('Team', id), description: null, permission: 'pull' },
    html_url: `${call.world.url}/orgs/${organisation.login}/teams/${slug}`,
    members_url: `${url}/members{/member}`,
    repositories_url: `${url}/repos`,
    ...{ type: 'organization', created_at: then, updated_at: then },
    ...{ members_count: members.size, repos_count: 0 },
    organization: {
      login: organisation.login,
      id: organisation.id,
      node_id: nodeId('Organization', organisation.id),
      url: api,
      repos_url: `${api}/repos`,
      events_url: `${api}/events`,
      hooks_url: `${api}/hooks`,
      issues_url: `${api}/issues`,
      members_url: `${api}/members{/member}`,
      public_members_url: `${api}/public_members{/member}`,
      avatar_url: `${call.world.url}/avatars/u/${organisation.id}`,
      html_url: `${call.world.url}/${organisation.login}`,
      ...{ description: null, has_organization_projects: true, has_repository_projects: true, public_repos: 0 },
      ...{ public_gists: 0, followers: 0, following: 0, type: 'Organization' },
      ...{ created_at: then, updated_at: then, archived_at: null },
    },
  }
}
