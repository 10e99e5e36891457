import { type Environment, settingNames } from '../../cli/settings/parse-settings.ts'
import { settingsTable } from '../../cli/settings/settings-schema.ts'

/** What @actions/core itself reads later, and says nothing that a program could act with. */
const kept: ReadonlySet<string> = new Set(['GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY'])
const powers = /^(?:ACTIONS_|GITHUB_|RUNNER_|INPUT_|AIRLOCK_)/

/**
 * No program that is started from here inherits a token, an address of the runner's services, or a key. Returns what
 * programs that we start may be given.
 */
export function withhold(): Environment {
  for (const name of Object.keys(process.env)) {
    const isSecret = settingNames.some((known) => known === name && 'secret' in settingsTable[known].facts)
    if ((powers.test(name) || isSecret) && !kept.has(name)) delete process.env[name]
  }
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !kept.has(name)))
}
