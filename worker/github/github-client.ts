/**
 * GitHub as the worker uses it: read tokens to look again, a write token to publish, a comment to tell. The only
 * module that holds the App's key. May import contract and the pipeline's ports.
 *
 * Octokit's core without its retry and throttling: they wait for as long as a server says and repeat what may already
 * have happened. Here each effect is looked up before it is done, tried a few times, and then left to the queue.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { createAppAuth } from '@octokit/auth-app'
import { Octokit as PlainOctokit } from '@octokit/core'
import { restEndpointMethods } from '@octokit/plugin-rest-endpoint-methods'
import { type Pause, waitOut } from '../contract/index.ts'
import { HandoffError } from '../pipeline/ports/index.ts'
import { mapGitHubError } from './map-github-error.ts'
import type { SignAppJwt } from './sign-app-jwt.ts'

const Octokit = PlainOctokit.plugin(restEndpointMethods)
export type Octokit = InstanceType<typeof Octokit>

const requestMs = 20_000
const plain = { userAgent: 'airlock' }

/** A client with an installation token. Every request ends within 20 s, or with the signal. */
export function createTokenClient(
  baseUrl: string,
  token: string,
  signal: AbortSignal,
  pause: Pause | null = null,
): Octokit {
  return paused(bounded(new Octokit({ ...plain, baseUrl, auth: token }), signal), pause, signal)
}

/** Whoever is told to wait tells the others; a request that they would make meanwhile would make the wait longer. */
export function paused(octokit: Octokit, pause: Pause | null, signal: AbortSignal): Octokit {
  if (pause === null) return octokit
  octokit.hook.before('request', async ({ url }) => {
    const retryAfterMs = await waitOut(pause, (ms) => sleep(ms, undefined, { signal }))
    if (retryAfterMs > 0) throw new HandoffError('rate-limited', `GitHub asked us to wait: ${url}`, { retryAfterMs })
  })
  octokit.hook.error('request', async (error) => {
    const mapped = mapGitHubError(error)
    const isLimit = mapped instanceof HandoffError && mapped.code === 'rate-limited'
    if (isLimit && mapped !== error) await pause.note(mapped.retryAfterMs ?? 0)
    throw error
  })
  return octokit
}

/** A client that signs in as the App itself; it mends a clock that is wrong by GitHub's. */
export function createAppClient(
  baseUrl: string,
  { appId, signJwt }: { readonly appId: number; readonly signJwt: SignAppJwt },
  signal: AbortSignal,
): Octokit {
  return bounded(
    new Octokit({ ...plain, baseUrl, authStrategy: createAppAuth, auth: { appId, createJwt: signJwt } }),
    signal,
  )
}

function bounded(octokit: Octokit, signal: AbortSignal): Octokit {
  octokit.hook.before('request', (options) => {
    options.request.signal = AbortSignal.any([signal, AbortSignal.timeout(requestMs)])
  })
  return octokit
}
