import type { GitHubApp } from '../../app/github/create-github-app.ts'
import { createGitHubClient } from '../../app/github/github-client.ts'
import { createOwnerReaders } from '../../app/github/owner-readers.ts'
import { createPolicyMemo } from '../../app/github/policy-memo.ts'
import { createRepositoryFacts } from '../../app/github/repository-facts.ts'
import { createTeamReader } from '../../app/github/team-reader.ts'
import type { RepositoryFacts } from '../../app/intake/ports.ts'
import { readPolicyDigest } from '../../app/intake/read-policy.ts'
import type { OperatorPolicy } from '../../app/repo-policy/operator/operator-policy.ts'
import { evaluateTeams } from '../../app/triggers/evaluate-authority.ts'
import type { AuthorityDeps } from '../../worker/github/authority.ts'

const readMs = 60_000

/** How a worker reads the policy that is in force now: with the app's own reader, so that both read the same. */
export function createPolicyDigest(app: GitHubApp, operator: OperatorPolicy): AuthorityDeps['policyDigest'] {
  const policies = createPolicyMemo()
  return async (octokit, at, request, headOfDefault) => {
    const { installationId, actor, joined = [], policyDigest } = request
    if (installationId === null) return policyDigest
    const signal = AbortSignal.timeout(readMs)
    const { owner, repo: name, archived, defaultBranch } = at
    const now = { owner, name, private: request.repository.private, archived, defaultBranch }
    const otherwise = createGitHubClient(octokit, signal)
    const token = { owner: request.id, repositoryId: request.repository.id }
    const owners = createOwnerReaders(app, { account: owner, installationId, token, otherwise }, signal)
    // Read while the default branch is looked at; whoever asks for it hears of a failure.
    const organisation = owners.organisationPolicy()
    const settled = organisation.catch(() => null)
    const read = createRepositoryFacts(otherwise, now, { ...owners, organisationPolicy: () => organisation })
    const facts = {
      ...read,
      headOf: headOr(headOfDefault, read.headOf),
      repositoryPolicy: policies.remember(request.repository.id, read.repositoryPolicy),
    }
    const logins = [actor, ...joined.map((other) => other.actor)].map(({ login }) => login)
    try {
      return await readPolicyDigest(facts, operator, { logins, policyDigest })
    } finally {
      await settled
    }
  }
}

/** The default branch was looked at already. Where it has no commit, why is asked. */
export function headOr(known: () => Promise<string | null>, ask: RepositoryFacts['headOf']): RepositoryFacts['headOf'] {
  return async (branch) => {
    const sha = await known()
    return sha === null ? ask(branch) : { kind: 'commit', sha }
  }
}

/** Whether a person is in one of the teams that the frozen policy asks for, now; the app's own judgement of it. */
export function createTeamCheck(app: GitHubApp): AuthorityDeps['outsideTeams'] {
  return async ({ owner: account }, { id, repository, installationId }, login, teams) => {
    if (installationId === null) return null
    const token = { owner: id, repositoryId: repository.id }
    const teamsOf = createTeamReader(app, { account, installationId, token }, AbortSignal.timeout(readMs))
    const authority = evaluateTeams(teams, await teamsOf(login, teams))
    return authority.allowed ? null : `${login} ${authority.detail}`
  }
}
