import type { JobRequest } from '../contract/index.ts'
import { createTokenClient } from './github-client.ts'
import type { InstallationTokens } from './installation-tokens.ts'
import { locatedAt, locateRepository } from './locate-repository.ts'
import { mapGitHubError } from './map-github-error.ts'
import { tryAgain } from './try-again.ts'

export interface CloneAccessDeps {
  readonly tokens: InstallationTokens
  /** `https://github.com`, or `PROTOCOL://HOST`. */
  readonly gitUrl: string
  /** How git comes there, in its environment: proxy and authorities. */
  readonly network: Readonly<Record<string, string>>
}

export interface GitHubCloneAccess {
  readonly url: string
  readonly token: string
  readonly network: Readonly<Record<string, string>>
  dispose(): Promise<void>
}

/** Where the repository is today, by its id, and a token that reads its contents and nothing else. Throws HandoffError. */
export function createCloneAccess({ tokens, gitUrl, network }: CloneAccessDeps) {
  return async (request: JobRequest, signal: AbortSignal): Promise<GitHubCloneAccess> => {
    const token = await tryAgain(() => tokens.mint(request, { contents: 'read' }, signal), signal)
    const dispose = async () => token[Symbol.asyncDispose]()
    const ask = () =>
      locateRepository(createTokenClient(tokens.baseUrl, token.value, signal, token.pause), request).catch(
        (error: unknown) => {
          throw mapGitHubError(error)
        },
      )
    try {
      const { repository } = token
      const { owner, repo } = repository === null ? await tryAgain(ask, signal) : locatedAt(repository, request)
      return { url: `${gitUrl}/${owner}/${repo}.git`, token: token.value, network, dispose }
    } catch (error) {
      await dispose()
      throw error
    }
  }
}
