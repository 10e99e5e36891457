import type { Fence } from '../pipeline/ports/index.ts'
import { ensure } from './ensure.ts'
import type { LocatedRepository } from './locate-repository.ts'
import { statusOf } from './map-github-error.ts'
import type { RepositorySession } from './repository-session.ts'

export interface PullRequestWanted {
  readonly branch: string
  readonly base: string
  readonly title: string
  readonly body: string
  readonly draft: boolean
  readonly fence: Fence
}

export interface PullRequestOpened {
  readonly number: number
  readonly url: string
}

/** The branch's pull request, closed ones included: a person's no stands. */
export async function findPullRequest(
  session: RepositorySession,
  { owner, repo }: LocatedRepository,
  branch: string,
): Promise<PullRequestOpened | null> {
  const { data } = await session.call((octokit) =>
    octokit.rest.pulls.list({ owner, repo, head: `${owner}:${branch}`, state: 'all', per_page: 1 }),
  )
  // An unknown head is ignored by some servers, which then list everything.
  const found = data.find(({ head }) => head.ref === branch)
  return found === undefined ? null : { number: found.number, url: found.html_url }
}

/** One that is there, by its number. */
export async function readPullRequest(
  session: RepositorySession,
  { owner, repo }: LocatedRepository,
  number: number,
): Promise<PullRequestOpened> {
  const { data } = await session.call((octokit) => octokit.rest.pulls.get({ owner, repo, pull_number: number }))
  return { number: data.number, url: data.html_url }
}

/** Opens the branch's pull request, or takes the one that there is. `looked` is what `findPullRequest` has just said. */
export async function openPullRequest(
  session: RepositorySession,
  located: LocatedRepository,
  { branch, base, title, body, draft, fence }: PullRequestWanted,
  looked: PullRequestOpened | null,
): Promise<PullRequestOpened> {
  const at = { owner: located.owner, repo: located.repo }
  const find = () => findPullRequest(session, located, branch)
  const open = async (asDraft: boolean) => {
    const { data } = await session.once((octokit) =>
      octokit.rest.pulls.create({ ...at, title, body, head: branch, base, draft: asDraft }),
    )
    return { number: data.number, url: data.html_url }
  }
  const create = async () => {
    try {
      return await open(draft)
    } catch (error) {
      // Private repositories of some plans know no drafts. One that is there already is refused again, and then found.
      if (!draft || statusOf(error) !== 422) throw error
      await fence.check()
      return open(false)
    }
  }
  return ensure({ find, create }, fence, session.signal, looked)
}
