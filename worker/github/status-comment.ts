import { type AskedPage, type JobRequest, listAll, shownIdOf, statusMarker } from '../contract/index.ts'
import type { Fence } from '../pipeline/ports/index.ts'
import { commentRoutesOf } from './comment-routes.ts'
import { ensure } from './ensure.ts'
import type { LocatedRepository } from './locate-repository.ts'
import type { RepositorySession } from './repository-session.ts'

export interface StatusText {
  /** Starts with the job's marker. */
  readonly text: string
  readonly botLogin: string
  /** The comment's id, where it is known already. */
  readonly known: number | null
  readonly fence: Fence
}

/** One that lies behind them is written again. */
const mostPages = 10
/** Clocks may differ by hours; a comment that is found twice does no harm, one that is missed is made again. */
const earlierMs = 24 * 3600_000

/** Puts the text into the job's one status comment, making it where there is none. Returns the comment's id. */
export async function writeStatusComment(
  session: RepositorySession,
  located: LocatedRepository,
  request: JobRequest,
  { text, botLogin, known, fence }: StatusText,
): Promise<number> {
  const { subject, trigger } = request
  if (subject === null) throw new TypeError('a job without a subject has nothing to comment on')
  const comments = commentRoutesOf(located, subject.number, trigger)
  const since = new Date(Date.parse(trigger.receivedAt) - earlierMs).toISOString()

  async function find(): Promise<number | null> {
    const ask = (page: AskedPage) => session.call((octokit) => comments.list(octokit, { since, ...page }))
    for await (const { id, user, body } of listAll(ask, mostPages)) {
      // The marker alone could be anybody's.
      if (user?.login === botLogin && body?.startsWith(statusMarker(shownIdOf(request)))) return id
    }
    return null
  }
  async function edit(id: number): Promise<boolean> {
    await fence.check()
    return (await session.find((octokit) => comments.update(octokit, id, text))) !== null
  }

  // A comment that a person deleted is written again.
  if (known !== null && (await edit(known))) return known
  let made = false
  const create = async () => {
    const created = await session.once((octokit) => comments.create(octokit, text))
    made = true
    return created
  }
  const id = await ensure({ find, create }, fence, session.signal)
  if (!made) await edit(id)
  return id
}
