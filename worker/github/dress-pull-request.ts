import type { BaseLogger } from 'pino'
import type { JobRequest } from '../contract/index.ts'
import { type Fence, HandoffError, type Reviewers } from '../pipeline/ports/index.ts'
import type { Octokit } from './github-client.ts'
import type { LocatedRepository } from './locate-repository.ts'
import type { RepositorySession } from './repository-session.ts'

interface Dress {
  readonly request: JobRequest
  readonly reviewers: Reviewers
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
  { request, reviewers: { users, teams }, fence, log }: Dress,
): Promise<void> {
  const pull = { owner, repo, pull_number: number }
  const issue = { owner, repo, issue_number: number }
  const { labels, milestone } = request.sorting ?? { labels: [], milestone: null }

  /** False: GitHub refused. */
  async function quietly(what: string, act: (octokit: Octokit) => Promise<unknown>): Promise<boolean> {
    await fence.check()
    return session.once(act).then(Boolean, (error: unknown) => {
      if (!(error instanceof HandoffError)) throw error
      log.info({ err: error, jobId: request.id, what }, 'GitHub refused a part of the pull request')
      return false
    })
  }

  const ask = (reviewers: readonly string[]) =>
    quietly('reviewers', ({ rest }) => rest.pulls.requestReviewers({ ...pull, reviewers: [...reviewers] }))
  const askTeam = (team: string) =>
    quietly('team', ({ rest }) => rest.pulls.requestReviewers({ ...pull, team_reviewers: [team] }))

  if (request.policy.handoff.reviewers?.includes('requester') !== false) await ask([request.actor.login])
  const owners = users.filter((login) => login.toLowerCase() !== request.actor.login.toLowerCase())
  // Of several GitHub takes all or none: one who left must not keep the others away.
  if (owners.length > 0 && !(await ask(owners)) && owners.length > 1) for (const login of owners) await ask([login])
  for (const team of teams) await askTeam(team)
  if (labels.length > 0) await quietly('labels', ({ rest }) => rest.issues.addLabels({ ...issue, labels }))
  if (milestone !== null) await quietly('milestone', ({ rest }) => rest.issues.update({ ...issue, milestone }))
}
