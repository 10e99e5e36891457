import { GitHubError } from '../intake/github-error.ts'
import type { RepositoryFacts } from '../intake/ports.ts'
import { organisationPolicyPath, organisationRepositories } from '../repo-policy/evaluate-policy.ts'
import type { GitHubApp, TokenClient } from './create-github-app.ts'
import { orOutOfReach } from './or-out-of-reach.ts'
import type { OwnerScope } from './owner-scope.ts'
import { readPolicyFile } from './read-policy-file.ts'

/**
 * Reads the owner's policy, with tokens that read these repositories and nothing else. One after the other: most owners
 * have the first or none, and what is private and not installed cannot be told from what is not there.
 */
export function createOrganisationPolicyReader(
  app: Pick<GitHubApp, 'openClient' | 'unreached'>,
  { account, installationId, token, otherwise }: OwnerScope,
  signal: AbortSignal,
): RepositoryFacts['organisationPolicy'] {
  /** GitHub's word that it is not there, or not for us, is asked for again after a while. */
  async function open(repo: string): Promise<TokenClient | null> {
    if (await app.unreached.has(installationId, repo)) return null
    const scope = { owner: token.owner, names: [repo] }
    const opening = app.openClient(installationId, scope, { contents: 'read' }, signal)
    const refused = await opening.then(
      () => null,
      (error: unknown) => error,
    )
    if (refused instanceof GitHubError && refused.code === 'rejected') await app.unreached.note(installationId, repo)
    return orOutOfReach(opening)
  }

  return async () => {
    for (const repo of organisationRepositories) {
      await using client = await open(repo)
      const isPrivate = repo !== '.github'
      if (client === null && isPrivate) continue
      const found = await readPolicyFile(client ?? otherwise, { owner: account, repo, path: organisationPolicyPath })
      if (found.kind !== 'none') return found
    }
    return { kind: 'none' }
  }
}
