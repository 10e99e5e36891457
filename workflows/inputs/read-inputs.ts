/**
 * All that a step of ours is told: by the runner, by the inputs of the workflow, and by the secrets that it was handed.
 * Read once; what a child process could use is taken out of the environment before anything is started.
 */
import { join } from 'node:path'
import { getInput } from '@actions/core'
import { type Environment, parseSettings, settingNames } from '../../cli/settings/parse-settings.ts'
import { type Settings, settingsTable } from '../../cli/settings/settings-schema.ts'
import type { OrganisationInputs } from '../github/runner-organisation.ts'
import { type ParsedSecrets, parseSetupSecrets } from './parse-setup-secrets.ts'
import { imagesDirOf } from './read-image-inputs.ts'
import { type Runner, readRunner } from './runner-environment.ts'
import { withhold } from './withhold.ts'

export interface Inputs {
  readonly runner: Runner
  /** The job's own GITHUB_TOKEN. */
  readonly token: string
  readonly organisation: OrganisationInputs
  /** The App whose word is taken of what a dispatched job is, as its address names it. Empty: nobody's. */
  readonly app: string
  readonly settings: Settings
  /** Names of secrets to their values. */
  readonly setupSecrets: ReadonlyMap<string, string>
  /** Everything that the runner's log must not show. */
  readonly masked: readonly string[]
  readonly dataDir: string
  /** Where `airlock images build` puts them on this machine: the runner's temporary folder is emptied for each job. */
  readonly imagesDir: string
  /** Where the change goes to or comes from. */
  readonly handoverDir: string
  /** What people may want to keep: patch, findings, record. */
  readonly reportDir: string
  /** Of the manifest, as the job that wrote it said over GitHub's own channel. Empty where it said nothing. */
  readonly handoverDigest: string
  /** How the job that works ended, in GitHub's word. */
  readonly workResult: string
  /** What programs that we start may be given. */
  readonly env: Environment
}

/** Throws SettingsError. */
export function readInputs(): Inputs {
  const env = { ...process.env }
  const runner = readRunner(env)
  const token = getInput('token')
  const secrets = parseSetupSecrets(getInput('setup_secrets', { trimWhitespace: false }))
  const problems = [
    ...(token === '' ? ["token is missing: set INPUT_TOKEN to the job's own github.token"] : []),
    ...problemsOf(secrets),
    ...(policyChoices.has(getInput('organisation_policy')) ? [] : [wrongChoice]),
  ]
  const policyToken = getInput('policy_token') || null
  const dataDir = getInput('data_dir') || join(runner.temporary, 'airlock', 'data')
  const known = Object.fromEntries(settingNames.map((name) => [name, env[name]]))
  const { AIRLOCK_DATA_DIR: ownDataDir, ...settings } = parseSettings(known, [], problems)
  const setupSecrets = secrets.ok ? secrets.values : new Map<string, string>()
  const inputs = {
    runner,
    token,
    organisation: { policyToken, statedNone: getInput('organisation_policy') === 'none' },
    app: getInput('app'),
    settings: { ...settings, AIRLOCK_DATA_DIR: dataDir },
    setupSecrets,
    masked: [...setupSecrets.values(), ...secretSettings(env), policyToken ?? ''],
    dataDir,
    imagesDir: imagesDirOf(ownDataDir),
    handoverDir: getInput('handover') || join(runner.temporary, 'airlock', 'handover'),
    reportDir: getInput('report') || join(runner.temporary, 'airlock', 'report'),
    handoverDigest: getInput('handover_digest'),
    workResult: getInput('work_result'),
  }
  return { ...inputs, env: withhold() }
}

/** Nothing said is the default of the workflow. */
const policyChoices: ReadonlySet<string> = new Set(['', 'required', 'none'])
const wrongChoice = 'organisation-policy is neither required nor none'

function problemsOf(secrets: ParsedSecrets): string[] {
  return secrets.ok ? [] : [secrets.problem]
}

function secretSettings(env: Environment): string[] {
  return settingNames.flatMap((name) => ('secret' in settingsTable[name].facts && env[name] ? [env[name]] : []))
}
