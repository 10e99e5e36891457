import { z } from 'zod'
import type { RepositoryFacts } from '../intake/ports.ts'
import type { Asker } from '../repo-policy/rules/fits-condition.ts'
import type { GitHubApp } from './create-github-app.ts'
import type { GitHubClient } from './github-client.ts'
import { orOutOfReach } from './or-out-of-reach.ts'
import type { OwnerScope } from './owner-scope.ts'

const membershipSchema = z.object({ state: z.enum(['active', 'pending']) })
/** Each is a request for every job: a policy that names more is not usable. */
const mostTeams = 20
const notGranted =
  'it cannot be learnt who is in a team: the App needs the organisation permission "Members: read", which was not granted'

/** Asked of GitHub each time, with a token of its own that can do nothing else. */
export function createTeamReader(
  app: Pick<GitHubApp, 'openClient'>,
  { account, installationId, token }: Omit<OwnerScope, 'otherwise'>,
  signal: AbortSignal,
): RepositoryFacts['teamsOf'] {
  return async (login, teams) => {
    if (teams.length > mostTeams) return unknown(`the policy names more than ${mostTeams} teams`)
    const opened = await orOutOfReach(app.openClient(installationId, token, { members: 'read' }, signal))
    if (opened === null) return unknown(notGranted)
    await using client = opened
    const found = await orOutOfReach(
      Promise.all(teams.map((team) => readMembership(client, { org: account, team_slug: team, username: login }))),
    )
    if (found === null) return unknown(notGranted)
    const missing = teams.find((_, index) => found[index] === 'no-team')
    if (missing !== undefined) return unknown(`there is no team ${missing} in ${account}`)
    return { kind: 'known', teams: teams.filter((_, index) => found[index] === 'member') }
  }
}

/** GitHub says 404 of who is no member and of a team that is none: the second would let a misspelt rule hold for nobody. */
async function readMembership(
  client: GitHubClient,
  at: { readonly org: string; readonly team_slug: string; readonly username: string },
): Promise<'member' | 'other' | 'no-team'> {
  const found = await client.find('GET /orgs/{org}/teams/{team_slug}/memberships/{username}', at)
  if (found !== null) return membershipSchema.parse(found).state === 'active' ? 'member' : 'other'
  const team = await client.find('GET /orgs/{org}/teams/{team_slug}', { org: at.org, team_slug: at.team_slug })
  return team === null ? 'no-team' : 'other'
}

function unknown(why: string): Asker {
  return { kind: 'unknown', why }
}
