import { z } from 'zod'
import { gitHubDiffPlaceSchema, listAll } from '../../worker/contract/index.ts'
import type { Words } from '../intake/ports.ts'
import { mostNotes, noNotes, type ReviewNotes } from '../triggers/compose-task.ts'
import type { GitHubClient } from './github-client.ts'

interface At {
  readonly owner: string
  readonly repo: string
}

/** A review as whoever submitted it saw it. */
export interface SubmittedReview {
  readonly id: number
  readonly pullRequest: number
  readonly authorId: number
  /** ISO 8601. */
  readonly submittedAt: string
}

const time = z.iso.datetime({ offset: true })
const userSchema = z.object({ id: z.int() }).nullable()
const reviewSchema = z.object({ body: z.string().nullish(), user: userSchema, submitted_at: time })
const commentSchema = z
  .object({ pull_request_review_id: z.int().nullish(), body: z.string(), user: userSchema, updated_at: time })
  .and(gitHubDiffPlaceSchema)
/** What lies behind them is not read: a review is of late. */
const mostPages = 5
/** GitHub writes the comments of a review down one after the other when it is submitted. */
const submittingMs = 10_000

/**
 * The comments of a review, in their order. One that was edited later, which others can do too, is left out: whoever
 * submitted it did not see what it says now.
 */
export async function readReviewNotes(client: GitHubClient, at: At, review: SubmittedReview): Promise<ReviewNotes> {
  const all = await commentsOf(client, at, review)
  const latest = Date.parse(review.submittedAt) + submittingMs
  const unchanged = all.filter(
    ({ user, updated_at }) => user?.id === review.authorId && Date.parse(updated_at) <= latest,
  )
  const notes = unchanged.slice(0, mostNotes).map(({ body, path, lines, side, hunk }) => ({
    at: { path, lines, side, hunk },
    text: body,
  }))
  return { notes, leftOut: all.length - notes.length }
}

/** Of a review by its number, as it is now; null: it is gone. */
export async function readReview(
  client: GitHubClient,
  at: At,
  { id, pullRequest }: Pick<SubmittedReview, 'id' | 'pullRequest'>,
): Promise<Words | null> {
  const found = await client.find('GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}', {
    ...at,
    pull_number: pullRequest,
    review_id: id,
  })
  const review = reviewSchema.safeParse(found).data
  if (review === undefined || review.user === null) return null
  const submitted = { id, pullRequest, authorId: review.user.id, submittedAt: review.submitted_at }
  return { body: review.body ?? '', ...(await readReviewNotes(client, at, submitted)) }
}

/** Of a review comment by its number, as it is now; null: it is gone. */
export async function readReviewComment(client: GitHubClient, at: At, comment_id: number): Promise<Words | null> {
  const found = await client.find('GET /repos/{owner}/{repo}/pulls/comments/{comment_id}', { ...at, comment_id })
  if (found === null) return null
  const { body, path, lines, side, hunk } = commentSchema.parse(found)
  return { ...noNotes, body, notes: [{ at: { path, lines, side, hunk }, text: '' }] }
}

/** The list of a review's own comments has no lines in it; that of all comments has. The latest come first there. */
async function commentsOf(client: GitHubClient, at: At, { id, pullRequest }: SubmittedReview) {
  const asked = { ...at, pull_number: pullRequest, sort: 'created', direction: 'desc' }
  const ask = async (page: object) =>
    z
      .array(commentSchema)
      .parse(await client.call('GET /repos/{owner}/{repo}/pulls/{pull_number}/comments', { ...asked, ...page }))
  const all = await Array.fromAsync(listAll(ask, mostPages))
  return all.filter(({ pull_request_review_id }) => pull_request_review_id === id).toReversed()
}
