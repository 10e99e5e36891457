import { setTimeout as sleep } from 'node:timers/promises'
import type { BaseLogger } from 'pino'
import { z } from 'zod'
import { HandoffError } from '../pipeline/ports/index.ts'
import { createAppClient, createTokenClient } from './github-client.ts'
import { mapGitHubError, statusOf } from './map-github-error.ts'

export interface InstallationTokensDeps {
  readonly appId: number
  /** PEM. */
  readonly privateKey: string
  /** `https://api.github.com`, or `PROTOCOL://HOST/api/v3`. */
  readonly baseUrl: string
  readonly log: Pick<BaseLogger, 'warn'>
}

export type TokenPermissions = Readonly<
  Partial<Record<'metadata' | 'contents' | 'issues' | 'checks' | 'pull_requests', 'read' | 'write'>>
>

/** One repository, the permissions that were asked for, an hour at most. Disposing of it revokes it. */
export interface InstallationToken extends AsyncDisposable {
  readonly value: string
}

export interface InstallationTokens {
  readonly baseUrl: string
  /** Never from a cache: a token ends with the step that asked for it. Throws HandoffError. */
  mint(
    installationId: number,
    repositoryId: number,
    permissions: TokenPermissions,
    signal: AbortSignal,
  ): Promise<InstallationToken>
}

const mintedSchema = z.object({
  token: z.string().min(1),
  repositories: z.array(z.object({ id: z.int() })),
})
const revokeTries = 3

export function createInstallationTokens(deps: InstallationTokensDeps): InstallationTokens {
  const { baseUrl, log } = deps
  return {
    baseUrl,
    async mint(installationId, repositoryId, permissions, signal) {
      const octokit = createAppClient(baseUrl, deps, signal)
      const minted = await octokit.rest.apps
        .createInstallationAccessToken({
          installation_id: installationId,
          repository_ids: [repositoryId],
          permissions,
        })
        .catch((error: unknown) => {
          signal.throwIfAborted()
          throw refusedToken(error)
        })
      const { token, repositories } = mintedSchema.parse(minted.data)
      const dispose = () => revoke(baseUrl, token, log)
      if (repositories.length !== 1 || repositories[0]?.id !== repositoryId) {
        await dispose()
        throw new HandoffError('denied', 'GitHub minted a token for other repositories than the one that was asked for')
      }
      return { value: token, [Symbol.asyncDispose]: dispose }
    },
  }
}

/** Gone, suspended, or no longer for this repository; a 401 is about the App's own key. */
function refusedToken(error: unknown): unknown {
  const status = statusOf(error)
  const mapped = mapGitHubError(error)
  const gone = status === 404 || status === 422 || (status === 403 && !isRetryable(mapped))
  return gone
    ? new HandoffError('suspended', 'the installation does not reach this repository', { cause: error })
    : mapped
}

function isRetryable(error: unknown): boolean {
  return error instanceof HandoffError && error.retryable
}

/** Also when the job was aborted: a live token is worse than a late end. */
async function revoke(baseUrl: string, token: string, log: InstallationTokensDeps['log']): Promise<void> {
  const octokit = createTokenClient(baseUrl, token, new AbortController().signal)
  for (let attempt = 1; ; attempt += 1) {
    try {
      await octokit.rest.apps.revokeInstallationAccessToken()
      return
    } catch (error) {
      // Expired, or revoked before.
      if (statusOf(error) === 401) return
      const mapped = mapGitHubError(error)
      const away = mapped instanceof HandoffError && mapped.retryable
      if (!away || attempt === revokeTries) return log.warn({ err: mapped }, 'a token lives on for up to an hour')
      await sleep(attempt * 500)
    }
  }
}
