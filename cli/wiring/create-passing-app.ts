import { pino } from 'pino'
import { createGitHubApp, type GitHubApp, type TokenVault } from '../../app/github/create-github-app.ts'
import { createAppJwtSigner } from '../../worker/github/sign-app-jwt.ts'
import type { AppCredentials } from '../settings/app-credentials.ts'
import { gitHubUrls } from './github-urls.ts'

/** GitHub for a command that looks something up and ends. */
export function createPassingApp({ settings, appId, privateKey }: AppCredentials): GitHubApp {
  const signJwt = createAppJwtSigner(privateKey)
  return createGitHubApp({ appId, signJwt, baseUrl: gitHubUrls(settings).api, vault: noVault, log: silent })
}

const silent = pino({ level: 'silent' })
/** The tokens end with this process, which revokes them. */
const noVault: TokenVault = { keep: async () => undefined, forget: async () => undefined, left: async () => [] }
