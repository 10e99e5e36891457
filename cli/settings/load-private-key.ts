import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Environment } from './parse-settings.ts'

/** The App's private key in PEM, or what is wrong with it, without a word of the key itself. */
export type PrivateKey = { readonly pem: string } | { readonly problem: string }

/** Null: none was given. */
export function loadPrivateKey({ PRIVATE_KEY, PRIVATE_KEY_PATH }: Environment): PrivateKey | null {
  if (PRIVATE_KEY) return decode(PRIVATE_KEY, 'PRIVATE_KEY')
  if (!PRIVATE_KEY_PATH) return null
  try {
    return decode(readFileSync(PRIVATE_KEY_PATH, 'utf8'), 'PRIVATE_KEY_PATH')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    return { problem: `PRIVATE_KEY_PATH names a file that can't be read (${code}).` }
  }
}

function decode(text: string, name: string): PrivateKey {
  const pem = text.includes('-----BEGIN') ? text.replaceAll('\\n', '\n') : Buffer.from(text, 'base64').toString('utf8')
  try {
    createPrivateKey(pem)
    return { pem }
  } catch {
    return { problem: `${name} holds no private key in PEM. Download one on the App's settings page.` }
  }
}
