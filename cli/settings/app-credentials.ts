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
  const settings = parseSettings(env, [...gitHubApp, ...alsoRequired])
  return { settings, appId: settings.APP_ID ?? 0, privateKey: loadPrivateKey(settings) }
}
