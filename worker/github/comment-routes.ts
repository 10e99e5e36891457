import type { JobRequest } from '../contract/index.ts'
import type { Octokit } from './github-client.ts'
import type { LocatedRepository } from './locate-repository.ts'

interface ListedComment {
  readonly id: number
  readonly body?: string | undefined
  readonly user: { readonly login: string } | null
}

/** Where a job is told of: on its issue or pull request, or in the thread on lines of a diff where it was asked for. */
export interface CommentRoutes {
  list(
    octokit: Octokit,
    page: { readonly since: string; readonly page: number; readonly per_page: number },
  ): Promise<readonly ListedComment[]>
  create(octokit: Octokit, body: string): Promise<number>
  update(octokit: Octokit, id: number, body: string): Promise<unknown>
}

export function commentRoutesOf(
  { owner, repo }: Pick<LocatedRepository, 'owner' | 'repo'>,
  number: number,
  { threadId }: JobRequest['trigger'],
): CommentRoutes {
  const at = { owner, repo }
  if (threadId !== undefined) return inThread(at, number, threadId)
  const on = { ...at, issue_number: number }
  return {
    list: async ({ rest }, page) =>
      (await rest.issues.listComments({ ...on, ...page })).data.map(({ id, body, user }) => ({ id, body, user })),
    create: async ({ rest }, body) => (await rest.issues.createComment({ ...on, body })).data.id,
    update: ({ rest }, comment_id, body) => rest.issues.updateComment({ ...at, comment_id, body }),
  }
}

function inThread(
  at: { readonly owner: string; readonly repo: string },
  pull_number: number,
  threadId: number,
): CommentRoutes {
  const on = { ...at, pull_number }
  return {
    list: async ({ rest }, page) => (await rest.pulls.listReviewComments({ ...on, ...page })).data,
    create: async ({ rest }, body) =>
      (await rest.pulls.createReplyForReviewComment({ ...on, comment_id: threadId, body })).data.id,
    update: ({ rest }, comment_id, body) => rest.pulls.updateReviewComment({ ...at, comment_id, body }),
  }
}
