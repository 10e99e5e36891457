import type { JobRequest } from '../contract/index.ts'
import type { Octokit } from './github-client.ts'
import { createTokenClient } from './github-client.ts'
import type { InstallationToken, InstallationTokens, TokenPermissions } from './installation-tokens.ts'
import { type LocatedRepository, locatedAt, locateRepository } from './locate-repository.ts'
import { mapGitHubError, statusOf } from './map-github-error.ts'
import { tryAgain } from './try-again.ts'

/** One token for one repository and what is done with it. Disposing of it revokes the token. */
export interface RepositorySession extends AsyncDisposable {
  readonly signal: AbortSignal
  /** Runs requests; a 401 is met once with a fresh token. Throws HandoffError for whatever GitHub refuses. */
  once<T>(operation: (octokit: Octokit) => Promise<T>): Promise<T>
  /** As `once`, and a few times where GitHub is away: only for what may be repeated. */
  call<T>(operation: (octokit: Octokit) => Promise<T>): Promise<T>
  /** As `call`, but null where GitHub says 404. */
  find<T>(operation: (octokit: Octokit) => Promise<T>): Promise<T | null>
  /** Where the repository is today. Throws HandoffError. */
  locate(): Promise<LocatedRepository>
}

interface Minted {
  readonly token: InstallationToken
  readonly octokit: Octokit
}

export function openRepositorySession(
  tokens: InstallationTokens,
  request: JobRequest,
  permissions: TokenPermissions,
  signal: AbortSignal,
): RepositorySession {
  let minted: Promise<Minted> | null = null
  let refreshesLeft = 1

  async function mint(): Promise<Minted> {
    try {
      const token = await tokens.mint(request, permissions, signal)
      return { token, octokit: createTokenClient(tokens.baseUrl, token.value, signal, token.pause) }
    } catch (error) {
      minted = null
      throw error
    }
  }

  function current(): Promise<Minted> {
    minted ??= mint()
    return minted
  }

  async function once<T>(operation: (octokit: Octokit) => Promise<T>): Promise<T> {
    const used = current()
    const { octokit, token } = await used
    try {
      return await operation(octokit)
    } catch (error) {
      signal.throwIfAborted()
      if (statusOf(error) !== 401) throw mapGitHubError(error)
      // Expired or revoked in the middle. Whoever notices first mints afresh, once; the others take that token.
      if (minted === used && refreshesLeft === 0) throw mapGitHubError(error)
      if (minted === used) {
        refreshesLeft -= 1
        minted = null
        // GitHub may have been mistaken: no token is dropped alive.
        await token.discard()
      }
    }
    return once(operation)
  }

  const call: RepositorySession['call'] = (operation) => tryAgain(() => once(operation), signal)

  return {
    signal,
    once,
    call,
    find: (operation) =>
      call(async (octokit) => {
        try {
          return await operation(octokit)
        } catch (error) {
          if (statusOf(error) === 404) return null
          throw error
        }
      }),
    async locate() {
      const { token } = await tryAgain(current, signal)
      if (token.repository !== null) return locatedAt(token.repository, request)
      return call((octokit) => locateRepository(octokit, request))
    },
    async [Symbol.asyncDispose]() {
      const last = await minted?.catch(() => null)
      await last?.token[Symbol.asyncDispose]()
    },
  }
}
