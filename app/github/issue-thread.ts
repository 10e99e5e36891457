import { z } from 'zod'
import type { TriggerEvent } from '../../worker/contract/index.ts'
import type { Attempt, RepositoryNow, Thread, Words } from '../intake/ports.ts'
import { noNotes } from '../triggers/compose-task.ts'
import { findAnswer, findComment } from './find-answer.ts'
import type { GitHubClient } from './github-client.ts'
import { readReview, readReviewComment, readReviewNotes } from './review-notes.ts'
import { createReviewThread } from './review-thread.ts'

export type ThreadDeps = Pick<Attempt, 'fence'> & { readonly botLogin: () => Promise<string> }

const createdSchema = z.object({ id: z.int() })
const bodySchema = z.object({ body: z.string().nullish() })

/** Null: it is gone. */
function bodyOf(found: unknown): Words | null {
  return found === null ? null : { ...noNotes, body: bodySchema.parse(found).body ?? '' }
}

/** The issue or pull request of an event. `botLogin` is whose comments are ours. */
export function createIssueThread(
  client: GitHubClient,
  now: Pick<RepositoryNow, 'owner' | 'name'>,
  event: TriggerEvent,
  { fence, botLogin }: ThreadDeps,
): Thread {
  const at = { owner: now.owner, repo: now.name }
  const on = { ...at, issue_number: event.subject.number }

  async function act(route: string, parameters: Record<string, unknown>): Promise<unknown> {
    await fence.check()
    return client.call(route, parameters)
  }

  const commentsRoute = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments'

  const thread: Thread = {
    number: event.subject.number,
    async acknowledge() {
      const reaction = { content: 'eyes' }
      if (event.kind === 'label' || event.kind === 'opened') {
        await act('POST /repos/{owner}/{repo}/issues/{issue_number}/reactions', { ...on, ...reaction })
      } else if (event.kind === 'comment') {
        const comment = { ...at, comment_id: event.comment.id }
        await act('POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions', { ...comment, ...reaction })
      }
    },
    async findAnswer(jobId) {
      return findAnswer(client, commentsRoute, { ...on, since: event.occurredAt }, { jobId, login: await botLogin() })
    },
    async saidOf(jobId, since) {
      const found = await findComment(client, commentsRoute, { ...on, since }, { jobId, login: await botLogin() })
      return found?.body ?? null
    },
    async notes() {
      if (event.kind === 'review-comment') return { ...noNotes, notes: [{ at: event.at, text: '' }] }
      if (event.kind !== 'review') return noNotes
      return readReviewNotes(client, at, {
        id: event.comment.id,
        pullRequest: event.subject.number,
        authorId: event.sender.id,
        submittedAt: event.occurredAt,
      })
    },
    async wordsIn(askedIn) {
      if (askedIn.kind === 'opened')
        return bodyOf(await client.find('GET /repos/{owner}/{repo}/issues/{issue_number}', on))
      const { commentId, kind } = askedIn
      if (kind === 'review') return readReview(client, at, { id: commentId, pullRequest: event.subject.number })
      if (kind === 'review-comment') return readReviewComment(client, at, commentId)
      const route = 'GET /repos/{owner}/{repo}/issues/comments/{comment_id}'
      return bodyOf(await client.find(route, { ...at, comment_id: commentId }))
    },
    async answer(body) {
      const created = await act('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', { ...on, body })
      return createdSchema.parse(created).id
    },
    async edit(commentId, body) {
      await act('PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', { ...at, comment_id: commentId, body })
    },
    async takeLabelOff(name) {
      await fence.check()
      await client.find('DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}', { ...on, name })
    },
  }
  if (event.kind !== 'review-comment') return thread
  return { ...thread, ...createReviewThread(client, at, event, { act, botLogin }) }
}
