import { isOwnPullRequest, type JobRequest, type Outcome } from '../contract/index.ts'
import type { LocatedRepository } from './locate-repository.ts'
import type { RepositorySession } from './repository-session.ts'

/** Is the pull request that the job goes on with still ours, from that branch, and open? Null: it is, or there is none. */
export async function recheckContinued(
  session: RepositorySession,
  { owner, repo, defaultBranch }: LocatedRepository,
  { continues, repository }: JobRequest,
  botLogin: () => Promise<string>,
): Promise<Outcome | null> {
  if (continues === undefined) return null
  const pull_number = continues.pullRequest
  const found = await session.find((octokit) => octokit.rest.pulls.get({ owner, repo, pull_number }))
  if (found === null) return refuse(`pull request ${pull_number} is gone`)
  const { state, user, head } = found.data
  const pull = { open: state === 'open', author: user, ref: head.ref, repositoryId: head.repo?.id ?? null }
  const ground = { repositoryId: repository.id, defaultBranch, botLogin: await botLogin() }
  if (pull.ref !== continues.branch || !isOwnPullRequest(pull, ground)) {
    return refuse(`pull request ${pull_number} is not from ${continues.branch} any more`)
  }
  return pull.open ? null : refuse(`pull request ${pull_number} was closed after this was asked`)
}

function refuse(detail: string): Outcome {
  return { outcome: 'refused', reason: 'pull-request-closed', detail }
}
