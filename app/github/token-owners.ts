/**
 * Whose a token is that somebody brings to the HTTP API, and what it is good for. It is asked of GitHub with that token
 * and nothing else is done with it: it is not kept, not logged and not handed on.
 *
 * That it names a person is not enough. Every site on which people log in with GitHub holds a token that does. So it
 * has to be good for the repository itself: a classic one by its scopes, a user token of an App by being this App's, a
 * fine-grained one by seeing the repository.
 */
import { ProbotOctokit } from 'probot'
import { z } from 'zod'
import { listAll } from '../../worker/contract/index.ts'
import type { Caller } from '../api/ports.ts'
import { GitHubError } from '../intake/github-error.ts'
import { mapGitHubError } from './map-github-error.ts'

export interface TokenOwnersDeps {
  readonly appId: number
  readonly baseUrl: string
}

export interface TokenOwners {
  /** Null: no person's token, or one that is made for something else. Throws GitHubError. */
  ownerOf(token: string, signal: AbortSignal): Promise<Caller | null>
}

const userSchema = z.object({ id: z.int().positive(), login: z.string().max(100), type: z.string().max(32) })
const installationsSchema = z.object({ installations: z.array(z.object({ app_id: z.int() })) })
const repositorySchema = z.object({ id: z.int().nonnegative(), private: z.boolean() })
const PlainOctokit = ProbotOctokit.defaults({ retry: { enabled: false }, throttle: { enabled: false } })
const requestMs = 10_000
/** Of installations that a person reaches; a token whose App is behind them is refused. */
const mostPages = 10
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
/** GitHub's answers that say of a token that it is not good for this. */
const refusals: ReadonlySet<string> = new Set(['unauthenticated', 'denied', 'not-found'])

interface Answer {
  readonly data: unknown
  /** Of a classic token, its scopes; null: it is another kind. */
  readonly scopes: readonly string[] | null
}

type Ask = (route: string, parameters?: Record<string, unknown>) => Promise<Answer | null>

export function createTokenOwners({ appId, baseUrl }: TokenOwnersDeps): TokenOwners {
  return {
    async ownerOf(token, signal) {
      const octokit = new PlainOctokit({ baseUrl, log: silent, auth: { token } })

      /** Null: the token is not good for it. What GitHub's client throws knows the request, so it is not passed on. */
      const ask: Ask = async (route, parameters = {}) => {
        try {
          const bounded = AbortSignal.any([signal, AbortSignal.timeout(requestMs)])
          const { data, headers } = await octokit.request(route, { ...parameters, request: { signal: bounded } })
          return { data, scopes: scopesOf(headers['x-oauth-scopes']) }
        } catch (error) {
          signal.throwIfAborted()
          const mapped = mapGitHubError(error, route)
          if (!(mapped instanceof GitHubError)) throw mapped
          if (refusals.has(mapped.code)) return null
          const { code, message, retryAfterMs } = mapped
          throw new GitHubError(code, message, { retryAfterMs })
        }
      }

      const found = await ask('GET /user')
      if (found === null) return null
      const user = userSchema.parse(found.data)
      if (user.type !== 'User') return null
      const { scopes } = found
      if (scopes === null && !(await isForUs(token, ask))) return null
      return {
        ...user,
        async sees({ owner, name }) {
          const seen = await ask('GET /repos/{owner}/{repo}', { owner, repo: name })
          if (seen === null) return null
          const repository = repositorySchema.parse(seen.data)
          return scopes === null || mayWrite(scopes, repository) ? repository.id : null
        },
      }
    },
  }

  /** A fine-grained token was made by the person, for chosen repositories; a user token of an App has to be ours. */
  async function isForUs(token: string, ask: Ask): Promise<boolean> {
    if (token.startsWith('github_pat_')) return true
    if (!token.startsWith('ghu_')) return false
    const installations = listAll(async (page) => {
      const answer = await ask('GET /user/installations', { ...page })
      return installationsSchema.parse(answer?.data ?? { installations: [] }).installations
    }, mostPages)
    for await (const { app_id } of installations) if (app_id === appId) return true
    return false
  }
}

function scopesOf(header: unknown): readonly string[] | null {
  return typeof header === 'string' ? header.split(',').map((scope) => scope.trim()) : null
}

/** One that may push to the repository gives nobody more than they have. */
function mayWrite(scopes: readonly string[], repository: z.infer<typeof repositorySchema>): boolean {
  return scopes.includes('repo') || (!repository.private && scopes.includes('public_repo'))
}
