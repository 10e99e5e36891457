import { z } from 'zod'
import { commentBody } from '../bodies/issue-body.ts'
import { notFound } from '../http/refusal.ts'
import { created, noContent, ok, page } from '../http/reply.ts'
import { param, parseBody, type RepositoryCall, type Route, repositoryRoute } from '../http/route.ts'
import type { Comment } from '../state/entities.ts'
import { findIssue } from '../state/state.ts'
import { commentEvent } from '../webhooks/events.ts'
import { issueOf, READ_ISSUES, react, WRITE_ISSUES } from './issue-routes.ts'

/** GitHub's own limit for a comment, in characters. */
const schema = z.object({ body: z.string().min(1).max(65_536) })

export const commentRoutes: readonly Route[] = [
  repositoryRoute('GET', '/issues/{issue_number}/comments', READ_ISSUES, list),
  repositoryRoute('POST', '/issues/{issue_number}/comments', WRITE_ISSUES, create),
  repositoryRoute('GET', '/issues/comments/{comment_id}', READ_ISSUES, (call) => ok(bodyOf(call, commentOf(call)))),
  repositoryRoute('PATCH', '/issues/comments/{comment_id}', WRITE_ISSUES, update),
  repositoryRoute('DELETE', '/issues/comments/{comment_id}', WRITE_ISSUES, remove),
  repositoryRoute('POST', '/issues/comments/{comment_id}/reactions', WRITE_ISSUES, (call) =>
    react(call, { kind: 'comment', id: commentOf(call).id }),
  ),
]

function list(call: RepositoryCall) {
  const { number } = issueOf(call)
  const since = new Date(call.query.get('since') ?? 0)
  const comments = call.repository.comments.filter(
    (comment) => comment.issueNumber === number && comment.updatedAt >= since,
  )
  return page(
    call,
    comments.map((comment) => bodyOf(call, comment)),
  )
}

function create(call: RepositoryCall) {
  const { world, repository } = call
  const issue = issueOf(call)
  const { body } = parseBody(call, schema)
  const now = new Date()
  const comment = {
    id: world.state.nextId(),
    issueNumber: issue.number,
    user: world.app.bot,
    body,
    createdAt: now,
    updatedAt: now,
  }
  repository.comments.push(comment)
  world.deliveries.announce(commentEvent(world, repository, issue, comment, 'created', world.app.bot))
  return created(bodyOf(call, comment))
}

function update(call: RepositoryCall) {
  const { world, repository } = call
  const comment = commentOf(call)
  const changes = { body: { from: comment.body } }
  comment.body = parseBody(call, schema).body
  comment.updatedAt = new Date()
  const issue = findIssue(repository, comment.issueNumber)
  if (!issue) throw notFound()
  world.deliveries.announce(commentEvent(world, repository, issue, comment, 'edited', world.app.bot, changes))
  return ok(bodyOf(call, comment))
}

function remove(call: RepositoryCall) {
  const { comments } = call.repository
  comments.splice(comments.indexOf(commentOf(call)), 1)
  return noContent()
}

function commentOf(call: RepositoryCall): Comment {
  const comment = call.repository.comments.find(({ id }) => id === Number(param(call, 'comment_id')))
  if (!comment) throw notFound()
  return comment
}

function bodyOf({ world, repository }: RepositoryCall, comment: Comment) {
  return commentBody(world, repository, comment)
}
