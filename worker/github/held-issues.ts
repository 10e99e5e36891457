import { type AskedPage, listAll } from '../contract/index.ts'
import { type Fence, HandoffError, type HeldChanges, type Wording } from '../pipeline/ports/index.ts'
import { ensure } from './ensure.ts'
import type { InstallationTokens } from './installation-tokens.ts'
import type { LocatedRepository } from './locate-repository.ts'
import { openRepositorySession, type RepositorySession } from './repository-session.ts'

export interface HeldIssuesDeps {
  readonly tokens: InstallationTokens
  readonly wording: Pick<Wording, 'heldIssue'>
  readonly botLogin: () => Promise<string>
  readonly fence: Fence
}

/** The newest issues come first. One that lies behind them is opened again. */
const mostPages = 10

/**
 * Where it is decided on held changes of what was asked for on no issue: for a schedule one issue for all of them, as
 * long as it is open, for a job of the API one of its own. Null for what was asked for elsewhere, and where the repository
 * takes no issue.
 */
export function createHeldIssues({ tokens, wording, botLogin, fence }: HeldIssuesDeps): HeldChanges['placeFor'] {
  return async (request, signal) => {
    const { kind } = request.trigger
    if (kind !== 'schedule' && kind !== 'api') return null
    const { marker, title, body } = wording.heldIssue(request)
    try {
      await using session = openRepositorySession(tokens, request, { issues: 'write' }, signal)
      const at = await session.locate()
      const login = await botLogin()
      const find = () => findIssue(session, at, { marker, login })
      const create = async () => {
        const { owner, repo } = at
        const text = `${marker}\n${body}`
        const { data } = await session.once((octokit) => octokit.rest.issues.create({ owner, repo, title, body: text }))
        return data.number
      }
      return { kind: 'issue', number: await ensure({ find, create }, fence, signal), title }
    } catch (error) {
      // Where issues are off, or the App may open none, the change ends as held as it would without a place.
      if (error instanceof HandoffError && !error.retryable && error.code !== 'fence-lost') return null
      throw error
    }
  }
}

/** An open one of ours. The mark alone could be anybody's. */
async function findIssue(
  session: RepositorySession,
  { owner, repo }: LocatedRepository,
  { marker, login }: { readonly marker: string; readonly login: string },
): Promise<number | null> {
  const ask = async (page: AskedPage) => {
    const asked = { owner, repo, state: 'open', ...page } as const
    return (await session.call((octokit) => octokit.rest.issues.listForRepo(asked))).data
  }
  for await (const { number, user, body, pull_request: pull } of listAll(ask, mostPages)) {
    if (pull === undefined && user?.login === login && body?.startsWith(`${marker}\n`)) return number
  }
  return null
}
