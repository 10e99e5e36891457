import type { RepositoryFacts } from '../../app/intake/ports.ts'
import { type RunnerOrganisation, readRunnerOrganisation } from './runner-organisation.ts'

const noTeams = "it cannot be learnt who is in a team: a runner's token may not read that"

/**
 * What a runner can tell of a repository's owner: its policy, and nothing of teams. A policy that asks for a team starts
 * nothing here.
 */
export function createRunnerOwner(
  organisation: RunnerOrganisation,
): Pick<RepositoryFacts, 'organisationPolicy' | 'teamsOf'> {
  return {
    organisationPolicy: async () => (await readRunnerOrganisation(organisation)).text,
    teamsOf: async () => ({ kind: 'unknown', why: noTeams }),
  }
}

/** As `AuthorityDeps` has it. */
export async function outsideTeams(_at: unknown, _request: unknown, login: string): Promise<string> {
  return `${login} is not known to be in one of them: ${noTeams}`
}
