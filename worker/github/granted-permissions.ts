import { z } from 'zod'
import { createAppClient, paused } from './github-client.ts'
import type { InstallationTokensDeps } from './installation-tokens.ts'
import { mapGitHubError } from './map-github-error.ts'
import { createAppJwtSigner } from './sign-app-jwt.ts'

const installationSchema = z.object({ permissions: z.record(z.string(), z.string()) })

/** What an installation was granted, by GitHub's names. Throws HandoffError. */
export type GrantedPermissions = (
  installationId: number,
  signal: AbortSignal,
) => Promise<Readonly<Record<string, string>>>

/** Asked each time: whoever grants more or takes it away need not start anything anew. */
export function createGrantedPermissions(
  deps: Pick<InstallationTokensDeps, 'appId' | 'privateKey' | 'baseUrl' | 'pauses'>,
): GrantedPermissions {
  const { appId, baseUrl, pauses } = deps
  const signJwt = createAppJwtSigner(deps.privateKey)
  return async (installationId, signal) => {
    const octokit = paused(createAppClient(baseUrl, { appId, signJwt }, signal), pauses?.('app') ?? null, signal)
    const { data } = await octokit.rest.apps
      .getInstallation({ installation_id: installationId })
      .catch((error: unknown) => {
        throw mapGitHubError(error)
      })
    return installationSchema.parse(data).permissions
  }
}
