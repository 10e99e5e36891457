import { isAbsolute, join } from 'node:path'
import { getInput } from '@actions/core'
import { type Environment, parseSettings, SettingsError, settingNames } from '../../cli/settings/parse-settings.ts'
import type { Settings } from '../../cli/settings/settings-schema.ts'
import { dataDirOf } from '../../cli/wiring/data-folders.ts'
import { withhold } from './withhold.ts'

/** What the steps before the job's own work are told: which image it has to have. */
export interface ImageInputs {
  /** Empty: none. */
  readonly image: string
  /** Where jobs look for images. */
  readonly imagesDir: string
  /** What the repository's cache keeps of the image. */
  readonly packed: string
  readonly settings: Settings
  /** What programs that we start may be given. */
  readonly env: Environment
}

/** Throws SettingsError. */
export function readImageInputs(): ImageInputs {
  const { env } = process
  const settings = parseSettings(Object.fromEntries(settingNames.map((name) => [name, env[name]])), [])
  const temporary = env.RUNNER_TEMP ?? ''
  if (!isAbsolute(temporary)) {
    throw new SettingsError(['RUNNER_TEMP is missing: run this as a step of a job on a GitHub Actions runner'])
  }
  return {
    image: getInput('image'),
    imagesDir: imagesDirOf(settings.AIRLOCK_DATA_DIR),
    packed: getInput('packed') || join(temporary, 'airlock', 'image'),
    settings,
    env: withhold(),
  }
}

/** Where `airlock images build` puts them on this machine: the runner's temporary folder is emptied for each job. */
export function imagesDirOf(dataDir: string | undefined): string {
  return join(dataDirOf(dataDir === undefined ? {} : { AIRLOCK_DATA_DIR: dataDir }), 'images')
}
