import { z } from 'zod'
import { listAll, statusMarker } from '../../worker/contract/index.ts'
import type { GitHubClient } from './github-client.ts'

const commentsSchema = z.array(
  z.object({ id: z.int(), body: z.string().nullish(), user: z.object({ login: z.string() }).nullable() }),
)
/** One that lies behind them is not found, and is written again. */
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
  const ask = async (page: object) => commentsSchema.parse(await client.call(route, { ...parameters, ...page }))
  for await (const { id, user, body } of listAll(ask, mostPages)) {
    if (user?.login === login && body?.startsWith(statusMarker(jobId))) return { id, body }
  }
  return null
}

export async function findAnswer(...asked: Parameters<typeof findComment>): Promise<number | null> {
  return (await findComment(...asked))?.id ?? null
}
