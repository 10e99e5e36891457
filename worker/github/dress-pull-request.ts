import type { Octokit } from 'octokit'
import type { BaseLogger } from 'pino'
import type { JobRequest } from '../contract/index.ts'
import { type Fence, HandoffError } from '../pipeline/ports/index.ts'
import type { LocatedRepository } from './locate-repository.ts'
import type { RepositorySession } from './repository-session.ts'

interface Dress {
  readonly request: JobRequest
  readonly fence: Fence
  readonly log: Pick<BaseLogger, 'info'>
}

/**
 * What people expect of a pull request beside its text: who is asked for review, and where it is sorted. Repeated it
 * changes nothing, and nothing that GitHub refuses of it stops a job.
 */
export async function dressPullRequest(
  session: RepositorySession,
  { owner, repo }: LocatedRepository,
  number: number,
  { request, fence, log }: Dress,
): Promise<void> {
  const pull = { owner, repo, pull_number: number }
  const issue = { owner, repo, issue_number: number }
  const { labels, milestone } = request.sorting ?? { labels: [], milestone: null }

  async function quietly(what: string, act: (octokit: Octokit) => Promise<unknown>): Promise<void> {
    await fence.check()
    await session.once(act).catch((error: unknown) => {
      if (!(error instanceof HandoffError)) throw error
      log.info({ err: error, jobId: request.id, what }, 'GitHub refused a part of the pull request')
    })
  }

  await quietly('reviewers', ({ rest }) => rest.pulls.requestReviewers({ ...pull, reviewers: [request.actor.login] }))
  if (labels.length > 0) await quietly('labels', ({ rest }) => rest.issues.addLabels({ ...issue, labels }))
  if (milestone !== null) await quietly('milestone', ({ rest }) => rest.issues.update({ ...issue, milestone }))
}
