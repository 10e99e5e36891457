import { describe, expect, it } from 'vitest'
import { loadPrivateKey } from '../../cli/settings/load-private-key.ts'
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

  it("prints no secret's value", () => {
    const problems = problemsOf(() => parseSettings({ WEBHOOK_SECRET: 'hunter2' }, []))

    expect(problems).toHaveLength(1)
    expect(problems.join()).not.toContain('hunter2')
  })

  it('refuses the webhook secret that everybody knows', () => {
    expect(problemsOf(() => parseSettings({ WEBHOOK_SECRET: 'development' }, [])).join()).toContain('public default')
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

describe('loadPrivateKey', () => {
  it('says which variable holds no key, and nothing of what it holds', () => {
    const problems = problemsOf(() => loadPrivateKey({ PRIVATE_KEY: 'bm90IGEga2V5' }))

    expect(problems).toEqual([expect.stringMatching(/^PRIVATE_KEY holds no private key/)])
    expect(problems.join()).not.toContain('bm90')
  })

  it('says so when the file is not there', () => {
    expect(problemsOf(() => loadPrivateKey({ PRIVATE_KEY_PATH: '/nowhere/key.pem' }))).toEqual([
      expect.stringContaining("can't be read (ENOENT)"),
    ])
  })
})
