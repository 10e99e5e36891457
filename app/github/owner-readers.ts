import type { RepositoryFacts } from '../intake/ports.ts'
import type { GitHubApp } from './create-github-app.ts'
import { createOrganisationPolicyReader } from './organisation-policy.ts'
import type { OwnerScope } from './owner-scope.ts'
import { createTeamReader } from './team-reader.ts'

/** What is known of a repository's owner, each with a token of its own that ends with the answer. */
export function createOwnerReaders(
  app: Pick<GitHubApp, 'openClient' | 'unreached'>,
  scope: OwnerScope,
  signal: AbortSignal,
): Pick<RepositoryFacts, 'organisationPolicy' | 'teamsOf'> {
  return {
    organisationPolicy: createOrganisationPolicyReader(app, scope, signal),
    teamsOf: createTeamReader(app, scope, signal),
  }
}
