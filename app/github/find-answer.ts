import { z } from 'zod'
import { statusMarker } from '../../worker/contract/index.ts'
import type { GitHubClient } from './github-client.ts'

const commentsSchema = z.array(
  z.object({ id: z.int(), body: z.string().nullish(), user: z.object({ login: z.string() }).nullable() }),
)
const perPage = 100
const mostPages = 10

interface Answered {
  readonly id: number
  /** As it is now: people who may edit comments can have written into it. */
  readonly body: string
}

/** Our comment with the job's mark, in a list of comments by their age. The mark alone could be anybody's. */
export async function findComment(
  client: GitHubClient,
  route: string,
  parameters: Readonly<Record<string, unknown>>,
  { jobId, login }: { readonly jobId: string; readonly login: string },
): Promise<Answered | null> {
  for (let page = 1; page <= mostPages; page += 1) {
    const comments = commentsSchema.parse(await client.call(route, { ...parameters, per_page: perPage, page }))
    const ours = comments.find(({ user, body }) => user?.login === login && body?.startsWith(statusMarker(jobId)))
    if (ours !== undefined) return { id: ours.id, body: ours.body ?? '' }
    if (comments.length < perPage) return null
  }
  return null
}

export async function findAnswer(...asked: Parameters<typeof findComment>): Promise<number | null> {
  return (await findComment(...asked))?.id ?? null
}
