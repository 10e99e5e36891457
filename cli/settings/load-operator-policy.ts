import {
  defaultOperatorPolicy,
  type OperatorPolicy,
  parseOperatorPolicy,
} from '../../app/repo-policy/operator/operator-policy.ts'
import { SettingsError } from './parse-settings.ts'
import { readNamedFile } from './read-named-file.ts'
import type { Settings } from './settings-schema.ts'

const setting = 'AIRLOCK_OPERATOR_POLICY'

/** The file that the setting names, or what holds without one. Throws SettingsError: file, line, key and remedy. */
export function loadOperatorPolicy({ AIRLOCK_OPERATOR_POLICY: path }: Settings): OperatorPolicy {
  if (path === undefined) return defaultOperatorPolicy
  const result = parseOperatorPolicy(readNamedFile(setting, path), path)
  if (result.ok) return result.policy
  throw new SettingsError(
    result.problems.map(({ file, line, path: key, message }) => {
      const place = [file, line, key].filter((part) => part !== null && part !== '').join(':')
      return `${setting}: ${place}: ${message}`
    }),
  )
}
