import type { BaseLogger } from 'pino'
import type { ChangeSet, JobRequest } from '../contract/index.ts'
import { type HandOffInput, HandoffError, type Published, type Publisher } from '../pipeline/ports/index.ts'
import { checkBranchName } from './check-branch-name.ts'
import { coAuthorTrailers } from './co-authors.ts'
import { continueBranch } from './continue-branch.ts'
import { createBranch, findBranch } from './create-branch.ts'
import { dressPullRequest } from './dress-pull-request.ts'
import type { InstallationTokens } from './installation-tokens.ts'
import type { LocatedRepository } from './locate-repository.ts'
import { findPullRequest, openPullRequest, readPullRequest } from './open-pull-request.ts'
import { openRepositorySession, type RepositorySession } from './repository-session.ts'
import { stageCommit } from './stage-commit.ts'

export interface PublisherDeps {
  readonly tokens: InstallationTokens
  readonly log: Pick<BaseLogger, 'info'>
}

/** Write tokens are minted here, for one repository and one half of the handoff, and revoked at its end. */
export function createPublisher({ tokens, log }: PublisherDeps): Publisher {
  return {
    async stage({ request, changeSet, baseTreeSha, commitMessage, fence }, signal) {
      await using session = openRepositorySession(tokens, request, { contents: 'write' }, signal)
      const at = await locateWritable(session)
      // Awaited here, or its failure would be nobody's while the session ends.
      const message = `${commitMessage}${coAuthorTrailers(request, tokens.baseUrl)}`
      return await stageCommit(session, at, {
        ...{ changeSet, baseTreeSha, message, fence },
        parents: parentsOf(request, changeSet),
      })
    },

    async handOff(input, signal) {
      const { request, commit, fence } = input
      const permissions = { contents: 'write', pull_requests: 'write' } as const
      await using session = openRepositorySession(tokens, request, permissions, signal)
      const at = await locateWritable(session)
      const { continues, base, fork } = request
      if (fork !== undefined) return await offer(session, at, input, fork.pullRequest)
      if (continues === undefined) return await openNew(session, at, input, log)
      const { branch, pullRequest } = continues
      const added = await continueBranch(session, at, { branch, base: base.sha, commit, fence })
      if ('why' in added && request.merges !== undefined && added.isRefused === true) throw refusedMerge(branch)
      if ('why' in added) return { ...(await openNew(session, at, input, log)), apart: added.why }
      return { branch, commit: added.sha, pullRequest: await readPullRequest(session, at, pullRequest) }
    },
  }
}

/** Of a merge: first the branch that it is added to, so that adding it is moving forward. */
function parentsOf({ merges, base }: JobRequest, { baseSha }: ChangeSet): string[] {
  return merges === undefined ? [baseSha] : [base.sha, merges.sha]
}

/** What GitHub does not let onto this branch, it does not let onto a new one either. */
function refusedMerge(branch: string): HandoffError {
  const why = 'a rule of the repository is against it, or the base branch changed workflows, which an App may not bring'
  return new HandoffError(
    'rejected',
    `GitHub refused to add the merge to ${branch}: ${why}. Its button Update branch may`,
  )
}

/**
 * A branch on the fork's commit. The App reaches no fork, so it can open no pull request there; one against our own base
 * branch would have CI run on a stranger's code.
 */
async function offer(
  session: RepositorySession,
  at: LocatedRepository,
  { branch, commit, fence }: HandOffInput,
  pull_number: number,
): Promise<Published> {
  checkBranchName(branch, at.defaultBranch)
  const { owner, repo } = at
  const { data } = await session.call((octokit) => octokit.rest.pulls.get({ owner, repo, pull_number }))
  const there = await findBranch(session, at, branch)
  const published = await createBranch(session, at, { branch, commit, fence }, there)
  return { branch, commit: published, pullRequest: null, offeredAt: data.base.repo.html_url }
}

/** A branch of the job's own, and its pull request. */
async function openNew(
  session: RepositorySession,
  at: LocatedRepository,
  { request, branch, commit, title, body, reviewers, fence }: HandOffInput,
  log: PublisherDeps['log'],
): Promise<Published> {
  checkBranchName(branch, at.defaultBranch)
  const [branchThere, pullThere] = await Promise.all([
    findBranch(session, at, branch),
    findPullRequest(session, at, branch),
  ])
  const published = await createBranch(session, at, { branch, commit, fence }, branchThere)
  const { draft } = request.policy.handoff
  const wanted = { branch, base: request.base.ref, title, body, draft, fence }
  const pullRequest = await openPullRequest(session, at, wanted, pullThere)
  await dressPullRequest(session, at, pullRequest.number, { request, reviewers, fence, log })
  return { branch, commit: published, pullRequest }
}

/** GitHub refuses every write to an archived repository with a plain 403: better said by its name. */
async function locateWritable(session: RepositorySession): Promise<LocatedRepository> {
  const at = await session.locate()
  if (at.archived) throw new HandoffError('archived', 'the repository is archived')
  return at
}
