import { readFileSync } from 'node:fs'
import { SettingsError } from './parse-settings.ts'
import type { SettingName } from './settings-schema.ts'

/** The text of a file that a setting names. Throws SettingsError, never with what is in the file. */
export function readNamedFile(setting: SettingName, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw new SettingsError([`${setting} names a file that can't be read (${code}): ${path}`])
  }
}
