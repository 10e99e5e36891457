import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { loadAppCredentials } from '../../cli/settings/app-credentials.ts'
import { parseSettings, SettingsError } from '../../cli/settings/parse-settings.ts'

function problemsOf(run: () => unknown): readonly string[] {
  try {
    run()
  } catch (error) {
    if (error instanceof SettingsError) return error.problems
    throw error
  }
  return []
}

describe('parseSettings', () => {
  it('takes what is right and gives it its type', () => {
    const settings = parseSettings({ APP_ID: '42', PORT: '0', GHE_PROTOCOL: 'http' }, [['APP_ID']])

    expect(settings).toEqual({ APP_ID: 42, PORT: 0, GHE_PROTOCOL: 'http' })
  })

  it('lists all that is missing or wrong at once, each with an example', () => {
    const problems = problemsOf(() =>
      parseSettings({ APP_ID: 'twelve', PORT: '99999', AIRLOCK_DATA_DIR: 'here' }, [
        ['WEBHOOK_SECRET'],
        ['PRIVATE_KEY', 'PRIVATE_KEY_PATH'],
      ]),
    )

    expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
      'AIRLOCK_DATA_DIR',
      'APP_ID',
      'PORT',
      'PRIVATE_KEY',
      'WEBHOOK_SECRET',
    ])
    for (const problem of problems) expect(problem).toContain('Example: ')
  })

  it('names a setting of ours that does not exist, since it would silently do nothing', () => {
    expect(problemsOf(() => parseSettings({ AIRLOCK_DATADIR: '/x' }, []))).toEqual([
      expect.stringMatching(/^AIRLOCK_DATADIR is not a setting\. .*AIRLOCK_DATA_DIR/),
    ])
  })

  it('takes an empty variable for one that is not set', () => {
    expect(problemsOf(() => parseSettings({ APP_ID: '' }, [['APP_ID']])).join()).toContain('APP_ID is missing')
  })
})

describe('loadAppCredentials', () => {
  it('tells what is wrong with keys and secrets together with the rest, and prints none of them', () => {
    const env = { APP_ID: 'x', PRIVATE_KEY: 'bm90IGEga2V5', WEBHOOK_SECRET: 'hunter2' }

    const problems = problemsOf(() => loadAppCredentials(env, [['REDIS_URL']]))

    expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
      'APP_ID',
      'PRIVATE_KEY',
      'REDIS_URL',
      'WEBHOOK_SECRET',
    ])
    expect(problems.join()).not.toMatch(/hunter2|bm90/)
  })

  it.each(['development', 'your-webhook-secret-here', 'short'])('refuses the webhook secret %j', (WEBHOOK_SECRET) => {
    const problems = problemsOf(() => loadAppCredentials({ WEBHOOK_SECRET }, []))

    expect(problems.join()).toContain('WEBHOOK_SECRET cannot be used')
  })

  it('says so when the key file is not there', () => {
    const problems = problemsOf(() => loadAppCredentials({ PRIVATE_KEY_PATH: '/nowhere/key.pem' }, []))

    expect(problems.join()).toContain("names a file that can't be read (ENOENT)")
  })

  it('takes a key in PEM and in base64', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()

    for (const PRIVATE_KEY of [pem, pem.replaceAll('\n', '\\n'), Buffer.from(pem).toString('base64')]) {
      expect(loadAppCredentials({ APP_ID: '1', PRIVATE_KEY }, []).privateKey).toBe(pem)
    }
  })
})
