import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { SettingsError } from './parse-settings.ts'
import type { Settings } from './settings-schema.ts'

/** The App's private key in PEM. Throws SettingsError without a word of the key itself. */
export function loadPrivateKey(settings: Settings): string {
  const name = settings.PRIVATE_KEY === undefined ? 'PRIVATE_KEY_PATH' : 'PRIVATE_KEY'
  const text = settings.PRIVATE_KEY ?? readKeyFile(settings.PRIVATE_KEY_PATH)
  const pem = text.includes('-----BEGIN') ? text.replaceAll('\\n', '\n') : Buffer.from(text, 'base64').toString('utf8')
  try {
    createPrivateKey(pem)
  } catch {
    throw new SettingsError([`${name} holds no private key in PEM. Download one on the App's settings page.`])
  }
  return pem
}

function readKeyFile(path: string | undefined): string {
  if (path === undefined) throw new SettingsError(['PRIVATE_KEY is missing.'])
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw new SettingsError([`PRIVATE_KEY_PATH names a file that can't be read (${code}).`])
  }
}
