import { setTimeout as sleep } from 'node:timers/promises'
import type { BaseLogger } from 'pino'
import { z } from 'zod'
import { bothPauses, type JobRequest, onlyNoting, type Pause, type PauseOf } from '../contract/index.ts'
import { HandoffError } from '../pipeline/ports/index.ts'
import { createAppClient, createTokenClient, type Octokit, paused } from './github-client.ts'
import { type ReachableRepository, reachableRepositorySchema } from './locate-repository.ts'
import { mapGitHubError, statusOf } from './map-github-error.ts'
import { createAppJwtSigner } from './sign-app-jwt.ts'

export interface InstallationTokensDeps {
  readonly appId: number
  /** PEM. */
  readonly privateKey: string
  /** `https://api.github.com`, or `PROTOCOL://HOST/api/v3`. */
  readonly baseUrl: string
  readonly vault: TokenVault
  /** Waits that GitHub asked for; left out: none is shared. */
  readonly pauses?: PauseOf
  readonly log: Pick<BaseLogger, 'warn'>
}

/** Knows the tokens of each job that are alive, also when the process that minted them is not. May throw. */
export interface TokenVault {
  keep(jobId: string, token: string): Promise<void>
  forget(jobId: string, token: string): Promise<void>
  left(jobId: string): Promise<readonly string[]>
}

export type TokenPermissions = Readonly<
  Partial<
    Record<
      'metadata' | 'actions' | 'contents' | 'issues' | 'checks' | 'pull_requests' | 'security_events',
      'read' | 'write'
    >
  >
>

/** One repository, the permissions that were asked for, an hour at most. Disposing of it revokes it. */
export interface InstallationToken extends AsyncDisposable {
  readonly value: string
  /** Its repository, as GitHub named it together with the token; null where it said the id alone. */
  readonly repository: ReachableRepository | null
  /** Of its installation. */
  readonly pause: Pause | null
  /** For one that GitHub does not take: revokes it, and has nobody else use it. */
  discard(): Promise<void>
}

export interface InstallationTokens {
  readonly baseUrl: string
  /** Never from a cache: a token ends with what it was asked for. Throws HandoffError. */
  mint(request: JobRequest, permissions: TokenPermissions, signal: AbortSignal): Promise<InstallationToken>
  /** For a new attempt: revokes what an earlier one, whose process was killed, left alive. */
  revokeLeft(jobId: string): Promise<void>
}

const mintedSchema = z.object({
  token: z.string().min(1),
  repositories: z.array(z.looseObject({ id: z.int() })),
})
const revokeTries = 3

export function createInstallationTokens(deps: InstallationTokensDeps): InstallationTokens {
  const { appId, baseUrl, vault, log } = deps
  const signJwt = createAppJwtSigner(deps.privateKey)

  /** One that could not be revoked stays in the vault, for another attempt. */
  async function end(jobId: string, token: string, pause: Pause | null): Promise<void> {
    const octokit = createTokenClient(baseUrl, token, never(), pause && onlyNoting(pause))
    if (await revoke(octokit, log)) await vault.forget(jobId, token)
  }

  return {
    baseUrl,
    async mint({ id: jobId, installationId, repository }, permissions, signal) {
      if (installationId === null) throw new HandoffError('denied', 'a job without an installation has no GitHub')
      signal.throwIfAborted()
      const pause = deps.pauses?.(installationId) ?? null
      // Not with the signal: a request that is given up on its way leaves a live token that nobody knows.
      const asked = deps.pauses && bothPauses(deps.pauses(installationId), deps.pauses('app'))
      const octokit = paused(createAppClient(baseUrl, { appId, signJwt }, never()), asked ?? null, signal)
      const minted = await octokit.rest.apps
        .createInstallationAccessToken({
          installation_id: installationId,
          repository_ids: [repository.id],
          permissions,
        })
        .catch((error: unknown) => {
          signal.throwIfAborted()
          throw refusedToken(error)
        })
      const { token, repositories } = mintedSchema.parse(minted.data)
      try {
        await vault.keep(jobId, token)
        signal.throwIfAborted()
        if (repositories.length !== 1 || repositories[0]?.id !== repository.id) throw otherRepositories()
      } catch (error) {
        await end(jobId, token, pause)
        throw error
      }
      const described = reachableRepositorySchema.safeParse(repositories[0]).data ?? null
      const discard = () => end(jobId, token, pause)
      return { value: token, repository: described, pause, discard, [Symbol.asyncDispose]: discard }
    },
    async revokeLeft(jobId) {
      for (const token of await vault.left(jobId)) await end(jobId, token, null)
    },
  }
}

const never = () => new AbortController().signal

function otherRepositories(): HandoffError {
  return new HandoffError('denied', 'GitHub minted a token for other repositories than the one that was asked for')
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

/** Also when the job was aborted: a live token is worse than a late end. False: it lives on for up to an hour. */
async function revoke(octokit: Octokit, log: InstallationTokensDeps['log']): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await octokit.rest.apps.revokeInstallationAccessToken()
      return true
    } catch (error) {
      // Expired, or revoked before.
      if (statusOf(error) === 401) return true
      const mapped = mapGitHubError(error)
      if (!isRetryable(mapped) || attempt === revokeTries) {
        log.warn({ err: mapped }, 'a token lives on for up to an hour')
        return false
      }
      await sleep(attempt * 500)
    }
  }
}
