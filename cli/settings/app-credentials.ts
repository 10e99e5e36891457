import { checkWebhookSecret } from '../../app/webhooks/check-webhook-secret.ts'
import { loadPrivateKey } from './load-private-key.ts'
import { type Environment, parseSettings, type Required } from './parse-settings.ts'
import type { Settings } from './settings-schema.ts'

/** What every process that talks to GitHub as the App needs. */
export interface AppCredentials {
  readonly settings: Settings
  readonly appId: number
  readonly privateKey: string
}

const gitHubApp: Required = [['APP_ID'], ['PRIVATE_KEY', 'PRIVATE_KEY_PATH']]

/** Throws SettingsError with all that is missing or wrong. */
export function loadAppCredentials(env: Environment, alsoRequired: Required): AppCredentials {
  const key = loadPrivateKey(env)
  const keyProblem = key !== null && 'problem' in key ? [key.problem] : []
  const settings = parseSettings(env, [...gitHubApp, ...alsoRequired], [...keyProblem, ...secretProblem(env)])
  return { settings, appId: settings.APP_ID ?? 0, privateKey: key !== null && 'pem' in key ? key.pem : '' }
}

/** With a secret that everybody knows, everybody could sign webhooks: the app does not start with one. */
function secretProblem({ WEBHOOK_SECRET }: Environment): string[] {
  const problem = WEBHOOK_SECRET ? checkWebhookSecret(WEBHOOK_SECRET) : null
  return problem === null
    ? []
    : [`WEBHOOK_SECRET cannot be used: ${problem}. Example: WEBHOOK_SECRET="$(openssl rand -hex 32)"`]
}
