import { createTokenClient } from '../../worker/github/github-client.ts'
import type { InstallationTokens } from '../../worker/github/installation-tokens.ts'
import { reachableRepositorySchema } from '../../worker/github/locate-repository.ts'
import { mapGitHubError } from '../../worker/github/map-github-error.ts'
import { HandoffError } from '../../worker/pipeline/ports/index.ts'

export interface RunnerToken {
  readonly baseUrl: string
  /** The job's own: it has what the workflow file grants, and ends with the job. */
  readonly token: string
  readonly owner: string
  readonly repo: string
}

/** Whose comments and pull requests are ours, where the runner's token wrote them. */
export const runnerLogin = 'github-actions[bot]'

/**
 * The one token of a runner's job in the place of those that the App mints. What it may do was decided by the workflow
 * file; nothing here can widen it, and there is nothing to revoke before the job ends.
 */
export function createRunnerTokens({ baseUrl, token, owner, repo }: RunnerToken): InstallationTokens {
  return {
    baseUrl,
    async mint({ repository }, _permissions, signal) {
      const octokit = createTokenClient(baseUrl, token, signal)
      const { data } = await octokit.rest.repos.get({ owner, repo }).catch((error: unknown) => {
        signal.throwIfAborted()
        throw mapGitHubError(error)
      })
      const found = reachableRepositorySchema.parse(data)
      if (found.id !== repository.id) throw new HandoffError('denied', 'this run is of another repository')
      const stays = async () => {}
      return { value: token, repository: found, pause: null, discard: stays, [Symbol.asyncDispose]: stays }
    },
    revokeLeft: async () => {},
  }
}
