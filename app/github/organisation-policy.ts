import type { RepositoryFacts } from '../intake/ports.ts'
import { organisationPolicyPath, organisationRepositories } from '../repo-policy/evaluate-policy.ts'
import type { GitHubApp } from './create-github-app.ts'
import { orOutOfReach } from './or-out-of-reach.ts'
import type { OwnerScope } from './owner-scope.ts'
import { readPolicyFile } from './read-policy-file.ts'

/**
 * Reads the owner's policy, with tokens that read these repositories and nothing else. One after the other: most owners
 * have the first or none, and what is private and not installed cannot be told from what is not there.
 */
export function createOrganisationPolicyReader(
  app: Pick<GitHubApp, 'openClient'>,
  { account, installationId, token, otherwise }: OwnerScope,
  signal: AbortSignal,
): RepositoryFacts['organisationPolicy'] {
  return async () => {
    for (const repo of organisationRepositories) {
      const scope = { owner: token.owner, names: [repo] }
      const opened = await orOutOfReach(app.openClient(installationId, scope, { contents: 'read' }, signal))
      await using client = opened
      const isPrivate = repo !== '.github'
      if (client === null && isPrivate) continue
      const found = await readPolicyFile(client ?? otherwise, { owner: account, repo, path: organisationPolicyPath })
      if (found.kind !== 'none') return found
    }
    return { kind: 'none' }
  }
}
