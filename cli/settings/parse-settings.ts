import { type SettingName, type Settings, settingsTable } from './settings-schema.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Settings that a command cannot do without; a group is satisfied by any one of its names. */
export type Required = readonly (readonly SettingName[])[]

/** All that is wrong with the environment at once: one line each, without any value. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

/** An empty variable counts as unset: that is how shells and unit files say so. `known` problems are told with the rest. Throws SettingsError. */
export function parseSettings(env: Environment, required: Required, known: readonly string[] = []): Settings {
  const problems = [...known]
  const parsed: Partial<Record<SettingName, unknown>> = {}
  for (const name of settingNames) {
    const value = env[name]
    if (value === undefined || value === '') continue
    const result = settingsTable[name].schema.safeParse(value)
    if (result.success) parsed[name] = result.data
    else problems.push(describe(name, 'is not valid'))
  }
  problems.push(...missing(env, required), ...unknown(env))
  if (problems.length > 0) throw new SettingsError([...new Set(problems)].toSorted())
  // Every value was parsed by the schema of its own name just above.
  return parsed as Settings
}

export const settingNames = Object.keys(settingsTable) as SettingName[]

function missing(env: Environment, required: Required): string[] {
  return required.flatMap((group) => {
    const [first] = group
    if (first === undefined || group.some((name) => env[name])) return []
    return [describe(first, 'is missing')]
  })
}

/** A misspelt name of ours would silently do nothing. */
function unknown(env: Environment): string[] {
  const ours = Object.keys(env).filter(
    (name) => name.startsWith('AIRLOCK_') && !settingNames.some((known) => known === name),
  )
  return ours.map(
    (name) =>
      `${name} is not a setting. Known are: ${settingNames.filter((known) => known.startsWith('AIRLOCK_')).join(', ')}`,
  )
}

function describe(name: SettingName, what: string): string {
  const { description, example } = settingsTable[name].facts
  return `${name} ${what}. ${description} Example: ${name}=${example}`
}
