import { z } from 'zod'
import type { TriggerEvent } from '../../worker/contract/index.ts'
import type { Thread } from '../intake/ports.ts'
import { findAnswer } from './find-answer.ts'
import type { GitHubClient } from './github-client.ts'

export interface ReviewThreadDeps {
  /** Does what has an effect, if the attempt may still have any. */
  readonly act: (route: string, parameters: Record<string, unknown>) => Promise<unknown>
  readonly botLogin: () => Promise<string>
}

const createdSchema = z.object({ id: z.int() })

/** What is answered to a comment on lines of a diff is answered there. */
export function createReviewThread(
  client: GitHubClient,
  at: { readonly owner: string; readonly repo: string },
  event: Extract<TriggerEvent, { kind: 'review-comment' }>,
  { act, botLogin }: ReviewThreadDeps,
): Pick<Thread, 'acknowledge' | 'findAnswer' | 'answer' | 'edit'> {
  const on = { ...at, pull_number: event.subject.number }
  return {
    async acknowledge() {
      const reaction = { ...at, comment_id: event.comment.id, content: 'eyes' }
      await act('POST /repos/{owner}/{repo}/pulls/comments/{comment_id}/reactions', reaction)
    },
    async findAnswer(jobId) {
      const route = 'GET /repos/{owner}/{repo}/pulls/{pull_number}/comments'
      return findAnswer(client, route, { ...on, since: event.occurredAt }, { jobId, login: await botLogin() })
    },
    async answer(body) {
      const route = 'POST /repos/{owner}/{repo}/pulls/{pull_number}/comments/{comment_id}/replies'
      return createdSchema.parse(await act(route, { ...on, comment_id: event.threadId, body })).id
    },
    async edit(comment_id, body) {
      await act('PATCH /repos/{owner}/{repo}/pulls/comments/{comment_id}', { ...at, comment_id, body })
    },
  }
}
