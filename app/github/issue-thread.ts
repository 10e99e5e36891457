import { z } from 'zod'
import { statusMarker, type TriggerEvent } from '../../worker/contract/index.ts'
import type { Attempt, RepositoryNow, Thread } from '../intake/ports.ts'
import type { GitHubClient } from './github-client.ts'

const createdSchema = z.object({ id: z.int() })
const commentSchema = z.object({ body: z.string().nullish() })
const commentsSchema = z.array(
  z.object({ id: z.int(), body: z.string().nullish(), user: z.object({ login: z.string() }).nullable() }),
)
const perPage = 100
const mostPages = 10

/** The issue or pull request of an event. `botLogin` is whose comments are ours: the mark alone could be anybody's. */
export function createIssueThread(
  client: GitHubClient,
  now: Pick<RepositoryNow, 'owner' | 'name'>,
  event: TriggerEvent,
  { fence, botLogin }: Pick<Attempt, 'fence'> & { readonly botLogin: () => Promise<string> },
): Thread {
  const at = { owner: now.owner, repo: now.name }
  const on = { ...at, issue_number: event.subject.number }

  async function act(route: string, parameters: Record<string, unknown>): Promise<unknown> {
    await fence.check()
    return client.call(route, parameters)
  }

  return {
    async acknowledge() {
      const reaction = { content: 'eyes' }
      if (event.kind === 'label') {
        await act('POST /repos/{owner}/{repo}/issues/{issue_number}/reactions', { ...on, ...reaction })
      } else {
        const comment = { ...at, comment_id: event.comment.id }
        await act('POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions', { ...comment, ...reaction })
      }
    },
    async findAnswer(jobId) {
      const login = await botLogin()
      for (let page = 1; page <= mostPages; page += 1) {
        const found = await client.call('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', {
          ...on,
          since: event.occurredAt,
          per_page: perPage,
          page,
        })
        const comments = commentsSchema.parse(found)
        const ours = comments.find(({ user, body }) => user?.login === login && body?.startsWith(statusMarker(jobId)))
        if (ours !== undefined) return ours.id
        if (comments.length < perPage) return null
      }
      return null
    },
    async textOf(commentId) {
      const comment = await client.find('GET /repos/{owner}/{repo}/issues/comments/{comment_id}', {
        ...at,
        comment_id: commentId,
      })
      return comment === null ? null : (commentSchema.parse(comment).body ?? '')
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
}
