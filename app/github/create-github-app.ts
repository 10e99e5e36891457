/**
 * GitHub as the app uses it: who may, what is there, and answers. The only part of the app that speaks as the App.
 * Imports the ports of intake that it implements, and Probot's client.
 *
 * Every event gets a token of its own, for one repository and what an answer needs, and it is revoked when the event
 * is done. Octokit's own retry is off: it would repeat what may have happened, such as a comment. A failure goes back
 * to the queue, and every effect is looked for before it is made.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { createAppAuth } from '@octokit/auth-app'
import type { BaseLogger } from 'pino'
import { ProbotOctokit } from 'probot'
import { z } from 'zod'
import { bothPauses, onlyNoting, type Pause, type PauseOf } from '../../worker/contract/index.ts'
import { GitHubError } from '../intake/github-error.ts'
import { createGitHubClient, type GitHubClient, type PagingClient, type WhenCalm } from './github-client.ts'
import { type ReachableRepository, reachableRepositorySchema } from './reachable-repositories.ts'

export interface GitHubAppDeps {
  readonly appId: number
  /** Signs with the App's key, which nothing here needs to see. */
  readonly signJwt: SignAppJwt
  /** `https://api.github.com`, or `PROTOCOL://HOST/api/v3`. */
  readonly baseUrl: string
  readonly vault: TokenVault
  readonly log: Pick<BaseLogger, 'debug' | 'info' | 'warn' | 'error'>
  /** Left out: it is asked each time. */
  readonly unreached?: Unreached
  /** Asked before every request. */
  readonly whenCalm?: WhenCalm
  /** Waits that GitHub asked for; left out: none is shared. */
  readonly pauses?: PauseOf
}

/** The proof that we are the App, for ten minutes at most. `timeDifference`: GitHub's clock less ours, in seconds. */
export type SignAppJwt = (
  appId: string | number,
  timeDifference?: number,
) => Promise<{ readonly jwt: string; readonly expiresAt: string }>

/** Knows the tokens of each owner that are alive, also when the process that minted them is not. May throw. */
export interface TokenVault {
  keep(owner: string, token: string): Promise<void>
  forget(owner: string, token: string): Promise<void>
  left(owner: string): Promise<readonly string[]>
}

/** Where an owner would keep a policy, and an installation was just found not to reach it. Methods may throw. */
export interface Unreached {
  has(installationId: number, name: string): Promise<boolean>
  note(installationId: number, name: string): Promise<void>
}

const noneUnreached: Unreached = { has: async () => false, note: async () => undefined }

export type TokenPermissions = Readonly<Record<string, 'read' | 'write'>>
/**
 * `owner` is what the token is minted for, such as an event's key. The repositories by id, which outlives a renaming,
 * by names of the installation's account, or all of them, to list them.
 */
type TokenScope = { readonly owner: string } & Chosen
type Chosen = { readonly repositoryId: number } | { readonly names: readonly string[] } | { readonly all: true }

/** A client whose token is revoked when it is disposed of. */
export interface TokenClient extends GitHubClient, AsyncDisposable {
  /** The chosen repositories, where GitHub described them together with the token. */
  readonly reaches: readonly ReachableRepository[]
}

export interface GitHubApp {
  readonly unreached: Unreached
  /** The App itself, for what belongs to no installation. */
  asApp(signal: AbortSignal): PagingClient
  /** The login that our comments appear under. Throws GitHubError. */
  botLogin(signal: AbortSignal): Promise<string>
  /** Null: the App is not installed on a repository of this name. Throws GitHubError. */
  installationOf(owner: string, repo: string, signal: AbortSignal): Promise<number | null>
  /** Throws GitHubError: `denied`, `not-found` or `rejected` where the installation does not reach the repository. */
  openClient(
    installationId: number,
    scope: TokenScope,
    permissions: TokenPermissions,
    signal: AbortSignal,
  ): Promise<TokenClient>
  /** For a new attempt of this owner: revokes what an earlier one, whose process was killed, left alive. */
  revokeLeft(owner: string): Promise<void>
}

const PlainOctokit = ProbotOctokit.defaults({ retry: { enabled: false }, throttle: { enabled: false } })
const mintedSchema = z.object({ token: z.string().min(1), repositories: z.array(z.unknown()).catch([]) })
const appSchema = z.object({ slug: z.string().regex(/^[A-Za-z0-9-]{1,100}$/) })
const installationSchema = z.object({ id: z.int().positive() })
const revokeMs = 10_000
const revokeTries = 3

export function createGitHubApp(deps: GitHubAppDeps): GitHubApp {
  const { appId, signJwt, baseUrl, vault, log, whenCalm, pauses, unreached = noneUnreached } = deps
  const shared = { baseUrl, log: boundLog(log) }
  const auth = { appId, createJwt: signJwt }
  const octokit = new PlainOctokit({ ...shared, authStrategy: createAppAuth, auth })
  let known: string | null = null

  const asApp = (signal: AbortSignal) => createGitHubClient(octokit, signal, { whenCalm, pause: pauses?.('app') })

  function withToken(token: string, signal: AbortSignal, pause?: Pause): GitHubClient {
    return createGitHubClient(new PlainOctokit({ ...shared, auth: { token } }), signal, { whenCalm, pause })
  }

  /** With a signal of its own: a live token is worse than a late end. True: it is dead. */
  async function revoke(token: string, pause?: Pause): Promise<boolean> {
    const noting = pause && onlyNoting(pause)
    for (let attempt = 1; ; attempt += 1) {
      try {
        await withToken(token, AbortSignal.timeout(revokeMs), noting).call('DELETE /installation/token')
        return true
      } catch (error) {
        if (!(error instanceof GitHubError)) throw error
        if (error.code === 'unauthenticated') return true
        if (!error.retryable || attempt === revokeTries) {
          log.warn({ err: error }, 'a token could not be revoked; it ends within the hour')
          return false
        }
        await sleep(attempt * 500)
      }
    }
  }

  /** One that could not be revoked stays in the vault, for another attempt. */
  async function end(owner: string, token: string, pause?: Pause): Promise<void> {
    if (await revoke(token, pause)) await vault.forget(owner, token)
  }

  return {
    unreached,
    asApp,
    async botLogin(signal) {
      known ??= `${appSchema.parse(await asApp(signal).call('GET /app')).slug}[bot]`
      return known
    },
    async installationOf(owner, repo, signal) {
      const found = await asApp(signal).find('GET /repos/{owner}/{repo}/installation', { owner, repo })
      return found === null ? null : installationSchema.parse(found).id
    },
    async openClient(installationId, { owner, ...scope }, permissions, signal) {
      signal.throwIfAborted()
      const pause = pauses?.(installationId)
      const asked = pauses && bothPauses(pauses(installationId), pauses('app'))
      // A request that is given up on its way leaves a live token that nobody knows.
      const minting = createGitHubClient(octokit, signal, { whenCalm, pause: asked, finishes: true })
      const minted = await minting.call('POST /app/installations/{installation_id}/access_tokens', {
        installation_id: installationId,
        ...chosenIn(scope),
        permissions,
      })
      const { token, repositories } = mintedSchema.parse(minted)
      try {
        await vault.keep(owner, token)
        signal.throwIfAborted()
      } catch (error) {
        await end(owner, token, pause)
        throw error
      }
      const reaches = repositories.flatMap((one) => reachableRepositorySchema.safeParse(one).data ?? [])
      const client = withToken(token, signal, pause)
      return { ...client, reaches, [Symbol.asyncDispose]: () => end(owner, token, pause) }
    },
    async revokeLeft(owner) {
      for (const token of await vault.left(owner)) await end(owner, token)
    },
  }
}

function chosenIn(scope: Chosen) {
  if ('all' in scope) return {}
  return 'names' in scope ? { repositories: scope.names } : { repository_ids: [scope.repositoryId] }
}

/** Octokit takes the methods off the logger that they belong to. */
function boundLog(log: GitHubAppDeps['log']) {
  const { debug, info, warn, error } = log
  return { debug: debug.bind(log), info: info.bind(log), warn: warn.bind(log), error: error.bind(log) }
}
