import type { Repository, Review, ReviewComment } from '../state/entities.ts'
import type { World } from '../world.ts'
import { association, reactionRollup } from './issue-body.ts'
import { repositoryUrl, webUrl } from './repository-body.ts'
import { nodeId, time, userBody } from './user-body.ts'

export function reviewCommentBody(world: World, repository: Repository, comment: ReviewComment) {
  const api = repositoryUrl(world, repository)
  const url = `${api}/pulls/comments/${comment.id}`
  const pullUrl = `${api}/pulls/${comment.issueNumber}`
  const web = `${webUrl(world, repository)}/pull/${comment.issueNumber}#discussion_r${comment.id}`
  return {
    url,
    pull_request_review_id: comment.reviewId,
    id: comment.id,
    node_id: nodeId('PullRequestReviewComment', comment.id),
    diff_hunk: comment.hunk,
    path: comment.path,
    commit_id: comment.commitSha,
    original_commit_id: comment.commitSha,
    user: userBody(world, comment.user),
    body: comment.body,
    created_at: time(comment.createdAt),
    updated_at: time(comment.updatedAt),
    html_url: web,
    pull_request_url: pullUrl,
    author_association: association(repository, comment.user),
    _links: { self: { href: url }, html: { href: web }, pull_request: { href: pullUrl } },
    reactions: reactionRollup(`${url}/reactions`, repository, { kind: 'review-comment', id: comment.id }),
    start_line: comment.startLine,
    original_start_line: comment.startLine,
    start_side: comment.startLine === null ? null : 'RIGHT',
    ...(comment.line === null ? {} : { line: comment.line, original_line: comment.line }),
    side: 'RIGHT',
    subject_type: comment.line === null ? 'file' : 'line',
    ...(comment.inReplyTo === undefined ? {} : { in_reply_to_id: comment.inReplyTo }),
  }
}

/** `state` is upper case in answers and lower case in webhooks, as on GitHub. */
export function reviewBody(world: World, repository: Repository, review: Review) {
  const pullUrl = `${repositoryUrl(world, repository)}/pulls/${review.issueNumber}`
  const web = `${webUrl(world, repository)}/pull/${review.issueNumber}#pullrequestreview-${review.id}`
  return {
    id: review.id,
    node_id: nodeId('PullRequestReview', review.id),
    user: userBody(world, review.user),
    body: review.body,
    state: review.state.toUpperCase(),
    html_url: web,
    pull_request_url: pullUrl,
    author_association: association(repository, review.user),
    _links: { html: { href: web }, pull_request: { href: pullUrl } },
    submitted_at: time(review.submittedAt),
    commit_id: review.commitSha,
  }
}
