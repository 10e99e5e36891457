import type { GitHubClient } from '../../app/github/github-client.ts'
import { readPolicyFile } from '../../app/github/read-policy-file.ts'
import type { RepositoryFacts } from '../../app/intake/ports.ts'
import { organisationPolicyPath } from '../../app/repo-policy/evaluate-policy.ts'

const noTeams = "it cannot be learnt who is in a team: a runner's token may not read that"

/**
 * What a runner's token tells of a repository's owner: the policy in `.github`, if that is public, and nothing of teams.
 * A policy that asks for a team starts nothing here.
 */
export function createRunnerOwner(
  client: GitHubClient,
  owner: string,
): Pick<RepositoryFacts, 'organisationPolicy' | 'teamsOf'> {
  return {
    organisationPolicy: () => readPolicyFile(client, { owner, repo: '.github', path: organisationPolicyPath }),
    teamsOf: async () => ({ kind: 'unknown', why: noTeams }),
  }
}

/** As `AuthorityDeps` has it. */
export async function outsideTeams(_at: unknown, _request: unknown, login: string): Promise<string> {
  return `${login} is not known to be in one of them: ${noTeams}`
}
