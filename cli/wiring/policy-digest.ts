import type { GitHubApp } from '../../app/github/create-github-app.ts'
import { createGitHubClient, type GitHubClient } from '../../app/github/github-client.ts'
import { openOrganisation } from '../../app/github/open-repositories.ts'
import { createRepositoryFacts } from '../../app/github/repository-facts.ts'
import { readPolicyDigest } from '../../app/intake/read-policy.ts'
import type { OperatorPolicy } from '../../app/repo-policy/operator/operator-policy.ts'
import type { AuthorityDeps } from '../../worker/github/authority.ts'

const readMs = 60_000

/** How a worker reads the policy that is in force now: with the app's own reader, so that both read the same. */
export function createPolicyDigest(app: GitHubApp, operator: OperatorPolicy): AuthorityDeps['policyDigest'] {
  return async (octokit, at, request) => {
    if (request.installationId === null) return request.policyDigest
    const signal = AbortSignal.timeout(readMs)
    const { owner, repo: name, archived, defaultBranch } = at
    const now = { owner, name, private: request.repository.private, archived, defaultBranch }
    const repository = createGitHubClient(octokit, signal)
    // Opened while the default branch is looked at; whoever asks it something hears of a failure.
    const opening = openOrganisation(app, request.id, request.installationId, signal)
    const opened = opening.catch(() => null)
    const organisation: GitHubClient = {
      call: async (...asked) => ((await opening) ?? repository).call(...asked),
      find: async (...asked) => ((await opening) ?? repository).find(...asked),
    }
    try {
      return await readPolicyDigest(createRepositoryFacts(repository, organisation, now), operator)
    } finally {
      await (await opened)?.[Symbol.asyncDispose]()
    }
  }
}
