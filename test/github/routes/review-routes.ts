import { z } from 'zod'
import { reviewBody, reviewCommentBody } from '../bodies/review-body.ts'
import { notFound } from '../http/refusal.ts'
import { created, ok, page } from '../http/reply.ts'
import { param, parseBody, type RepositoryCall, type Route, repositoryRoute } from '../http/route.ts'
import type { Issue, PullRequest, ReviewComment } from '../state/entities.ts'
import { findIssue } from '../state/state.ts'
import { reviewCommentEvent } from '../webhooks/events.ts'
import { react } from './issue-routes.ts'

const schema = z.object({ body: z.string().min(1).max(65_536) })
const read = ['pull_requests:read'] as const
const write = ['pull_requests:write'] as const

export const reviewRoutes: readonly Route[] = [
  repositoryRoute('GET', '/pulls/{pull_number}/comments', read, list),
  repositoryRoute('GET', '/pulls/comments/{comment_id}', read, (call) => ok(bodyOf(call, commentOf(call)))),
  repositoryRoute('PATCH', '/pulls/comments/{comment_id}', write, update),
  repositoryRoute('POST', '/pulls/comments/{comment_id}/reactions', write, (call) =>
    react(call, { kind: 'review-comment', id: commentOf(call).id }),
  ),
  repositoryRoute('POST', '/pulls/{pull_number}/comments/{comment_id}/replies', write, reply),
  repositoryRoute('GET', '/pulls/{pull_number}/reviews/{review_id}', read, readReview),
]

function list(call: RepositoryCall) {
  const { query, repository } = call
  const { issue } = pullOf(call)
  const since = new Date(query.get('since') ?? 0)
  const comments = repository.reviewComments.filter(
    ({ issueNumber, updatedAt }) => issueNumber === issue.number && updatedAt >= since,
  )
  const ordered = query.get('direction') === 'desc' ? comments.toReversed() : comments
  return page(
    call,
    ordered.map((comment) => bodyOf(call, comment)),
  )
}

/** GitHub takes replies to the comment that a thread began with, and to no reply. */
async function reply(call: RepositoryCall) {
  const { world, repository } = call
  const { issue, pull } = pullOf(call)
  const root = commentOf(call)
  if (root.issueNumber !== issue.number || root.inReplyTo !== undefined) throw notFound()
  const now = new Date()
  const comment: ReviewComment = {
    ...root,
    id: world.state.nextId(),
    reviewId: world.state.nextId(),
    user: world.app.bot,
    body: parseBody(call, schema).body,
    inReplyTo: root.id,
    createdAt: now,
    updatedAt: now,
  }
  repository.reviewComments.push(comment)
  const opened = { issue, pull, comment }
  world.deliveries.announce(await reviewCommentEvent(world, repository, opened, 'created', world.app.bot))
  return created(bodyOf(call, comment))
}

function update(call: RepositoryCall) {
  const comment = commentOf(call)
  Object.assign(comment, { body: parseBody(call, schema).body, updatedAt: new Date() })
  return ok(bodyOf(call, comment))
}

function readReview(call: RepositoryCall) {
  const { world, repository } = call
  const { issue } = pullOf(call)
  const id = Number(param(call, 'review_id'))
  const review = repository.reviews.find((known) => known.id === id && known.issueNumber === issue.number)
  if (!review) throw notFound()
  return ok(reviewBody(world, repository, review))
}

function commentOf(call: RepositoryCall): ReviewComment {
  const id = Number(param(call, 'comment_id'))
  const comment = call.repository.reviewComments.find((known) => known.id === id)
  if (!comment) throw notFound()
  return comment
}

function pullOf(call: RepositoryCall): { readonly issue: Issue; readonly pull: PullRequest } {
  const issue = findIssue(call.repository, Number(param(call, 'pull_number')))
  if (!issue?.pull) throw notFound()
  return { issue, pull: issue.pull }
}

function bodyOf({ world, repository }: RepositoryCall, comment: ReviewComment) {
  return reviewCommentBody(world, repository, comment)
}
