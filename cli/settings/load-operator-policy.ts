import { readFileSync } from 'node:fs'
import {
  defaultOperatorPolicy,
  type OperatorPolicy,
  parseOperatorPolicy,
} from '../../app/repo-policy/operator/operator-policy.ts'
import { SettingsError } from './parse-settings.ts'
import type { Settings } from './settings-schema.ts'

const setting = 'AIRLOCK_OPERATOR_POLICY'

/** The file that the setting names, or what holds without one. Throws SettingsError: file, line, key and remedy. */
export function loadOperatorPolicy({ AIRLOCK_OPERATOR_POLICY: path }: Settings): OperatorPolicy {
  if (path === undefined) return defaultOperatorPolicy
  const result = parseOperatorPolicy(readText(path), path)
  if (result.ok) return result.policy
  throw new SettingsError(
    result.problems.map(({ file, line, path: key, message }) => {
      const place = [file, line, key].filter((part) => part !== null && part !== '').join(':')
      return `${setting}: ${place}: ${message}`
    }),
  )
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw new SettingsError([`${setting} names a file that can't be read (${code}): ${path}`])
  }
}
