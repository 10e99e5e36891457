import { describe, expect, it } from 'vitest'
import { withoutCommands } from '../../workflows/console/create-log.ts'
import { parseSetupSecrets } from '../../workflows/inputs/parse-setup-secrets.ts'
import { readRunner } from '../../workflows/inputs/runner-environment.ts'

describe('secrets of setup', () => {
  it('are taken as they stand, one a line', () => {
    const parsed = parseSetupSecrets('NPM_TOKEN=a b#c="d"\n\nOTHER=x=y\r\nEMPTY=\n')
    const values = new Map([
      ['NPM_TOKEN', 'a b#c="d"'],
      ['OTHER', 'x=y'],
    ])
    expect(parsed).toEqual({ ok: true, values })
  })

  it.each([
    ['hunter2', 'line 1 is not NAME=value'],
    ['A=1\n9BAD=hunter2', 'line 2 is not NAME=value'],
    ['A=1\nA=hunter2', 'line 2 names A once more'],
  ])('are refused with the line, and without a word of the value', (text, problem) => {
    const parsed = parseSetupSecrets(text)
    expect(parsed).toMatchObject({ ok: false, problem: expect.stringContaining(problem) })
    expect(JSON.stringify(parsed)).not.toContain('hunter2')
  })
})

describe('the environment of a runner', () => {
  it('is asked for by name where it is missing', () => {
    expect(() => readRunner({ GITHUB_REPOSITORY: 'not a name' })).toThrow(/GITHUB_API_URL[\s\S]*GITHUB_REPOSITORY/)
  })
})

describe("what is printed among the runner's commands", () => {
  it('is none itself', () => {
    expect(withoutCommands('::set-output name=x::y\n  ::stop-commands::z\nq ##[add-mask]w')).not.toMatch(/^\s*::|##\[/m)
    expect(withoutCommands('a::b')).toBe('a::b')
  })
})
