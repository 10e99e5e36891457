import type { Issue, PullRequest, Repository, Review, ReviewComment } from '../state/entities.ts'
import { ensureUser, findIssue } from '../state/state.ts'
import type { Delivery } from '../webhooks/deliveries.ts'
import { reviewCommentEvent, reviewEvent } from '../webhooks/events.ts'
import type { World } from '../world.ts'

export interface NoteSpec {
  readonly path: string
  readonly body: string
  /** Left out: the comment is on the whole file. */
  readonly line?: number
  readonly startLine?: number
  readonly hunk?: string
  /** The comment that this one answers. */
  readonly inReplyTo?: number
}

export interface ReviewSpec {
  readonly by: string
  readonly body?: string
  readonly state?: Review['state']
  readonly notes?: readonly NoteSpec[]
}

export interface Reviewed {
  readonly review: Review
  readonly comments: readonly ReviewComment[]
  /** Of the review, and of each of its comments. */
  readonly delivery: Delivery
  readonly noteDeliveries: readonly Delivery[]
}

/** What people do on the page of a pull request's changes. */
export interface Reviewers {
  /** Submits a review. GitHub makes one, without a body, also of a single comment. */
  review(repository: Repository, number: number, review: ReviewSpec): Promise<Reviewed>
  editReviewComment(
    repository: Repository,
    id: number,
    change: { readonly by: string; readonly body: string },
  ): Promise<Delivery>
}

export function createReviewers(world: World): Reviewers {
  const { state, deliveries } = world

  function commentFrom(note: NoteSpec, review: Review): ReviewComment {
    return {
      id: state.nextId(),
      issueNumber: review.issueNumber,
      reviewId: review.id,
      user: review.user,
      path: note.path,
      hunk: note.hunk ?? '@@ -1 +1 @@\n-before\n+after',
      line: note.line ?? null,
      startLine: note.startLine ?? null,
      commitSha: review.commitSha,
      inReplyTo: note.inReplyTo,
      body: note.body,
      createdAt: review.submittedAt,
      updatedAt: review.submittedAt,
    }
  }

  return {
    async review(repository, number, { by, body = '', state: verdict = 'commented', notes = [] }) {
      const { issue, pull } = pullOf(repository, number)
      const user = ensureUser(state, by)
      const review: Review = {
        id: state.nextId(),
        issueNumber: number,
        user,
        state: verdict,
        body,
        commitSha: pull.headSha,
        submittedAt: new Date(),
      }
      const comments = notes.map((note) => commentFrom(note, review))
      repository.reviews.push(review)
      repository.reviewComments.push(...comments)
      const noteDeliveries = []
      for (const comment of comments) {
        const event = await reviewCommentEvent(world, repository, { issue, pull, comment }, 'created', user)
        noteDeliveries.push(await deliveries.deliver(event))
      }
      const event = await reviewEvent(world, repository, { issue, pull, review }, 'submitted', user)
      return { review, comments, noteDeliveries, delivery: await deliveries.deliver(event) }
    },
    async editReviewComment(repository, id, { by, body }) {
      const comment = repository.reviewComments.find((known) => known.id === id)
      if (!comment) throw new Error(`there is no review comment ${id}`)
      const { issue, pull } = pullOf(repository, comment.issueNumber)
      Object.assign(comment, { body, updatedAt: new Date() })
      const user = ensureUser(state, by)
      return deliveries.deliver(await reviewCommentEvent(world, repository, { issue, pull, comment }, 'edited', user))
    },
  }
}

function pullOf(repository: Repository, number: number): { readonly issue: Issue; readonly pull: PullRequest } {
  const issue = findIssue(repository, number)
  if (!issue?.pull) throw new Error(`there is no pull request ${number}`)
  return { issue, pull: issue.pull }
}
