import { z } from 'zod'
import { createAppClient, paused } from './github-client.ts'
import type { InstallationTokensDeps } from './installation-tokens.ts'
import { mapGitHubError } from './map-github-error.ts'
import { createAppJwtSigner } from './sign-app-jwt.ts'

const appSchema = z.object({ slug: z.string().min(1) })
const timeoutMs = 20_000

/** The login under which our comments appear. Asked once; a failure is asked again. Throws HandoffError. */
export function createBotLogin(
  deps: Pick<InstallationTokensDeps, 'appId' | 'privateKey' | 'baseUrl' | 'pauses'>,
): () => Promise<string> {
  const { appId, baseUrl, pauses } = deps
  const signJwt = createAppJwtSigner(deps.privateKey)
  let known: string | null = null
  return async () => {
    if (known !== null) return known
    const signal = AbortSignal.timeout(timeoutMs)
    const octokit = paused(createAppClient(baseUrl, { appId, signJwt }, signal), pauses?.('app') ?? null, signal)
    const { data } = await octokit.rest.apps.getAuthenticated().catch((error: unknown) => {
      throw mapGitHubError(error)
    })
    known = `${appSchema.parse(data).slug}[bot]`
    return known
  }
}
