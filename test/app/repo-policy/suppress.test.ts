import { describe, expect, it } from 'vitest'
import { type ParsedPolicy, parsePolicy } from '../../../app/repo-policy/parse-policy.ts'
import { resolvePolicy } from '../../../app/repo-policy/resolve-policy.ts'

const entry = (digit: string) => `{ fingerprint: "${digit.repeat(32)}", reason: looked at in March, until: 2027-03-31 }`
const suppress = (digit: string) => `gates:\n  suppress:\n    - ${entry(digit)}\n`
const keep = 'gates: { suppress-by: organisation }\n'

function level(text: string | null, name: string): ParsedPolicy | null {
  if (text === null) return null
  const parsed = parsePolicy(text, name)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.policy
}

function resolve(operator: string | null, organisation: string | null, repository: string | null) {
  return resolvePolicy({
    operator: level(operator, 'the operator'),
    organisation: level(organisation, 'the organisation'),
    repository: level(repository, '.github/airlock.yml'),
  })
}

describe('suppressions in a policy', () => {
  it('of all levels count together', () => {
    expect(resolve(suppress('a'), suppress('b'), suppress('c'))).toMatchObject({
      ok: true,
      policy: { gates: { suppress: ['a', 'b', 'c'].map((digit) => ({ fingerprint: digit.repeat(32) })) } },
    })
  })

  it.each([
    ['the operator', keep, null],
    ['the organisation', null, keep],
  ])('of a repository are refused by their line where %s keeps them to the organisation', (who, operator, above) => {
    expect(resolve(operator, above, suppress('a'))).toEqual({
      ok: false,
      problems: [
        {
          file: '.github/airlock.yml',
          path: 'gates.suppress',
          line: 2,
          message: `${who} lets nobody below the organisation suppress a finding`,
        },
      ],
    })
    expect(resolve(operator, above ?? suppress('a'), null)).toMatchObject({ ok: true })
  })

  it('cannot be taken back by a repository that says otherwise', () => {
    const both = `${suppress('a')}  suppress-by: repository\n`

    expect(resolve(keep, null, both)).toMatchObject({ ok: false })
    expect(resolve(null, null, both)).toMatchObject({ ok: true })
  })

  it.each([
    ['without a reason', '{ fingerprint: "a", until: 2027-03-31 }', 'gates.suppress[0].reason'],
    ['without an end', `{ fingerprint: "${'a'.repeat(32)}", reason: long enough }`, 'gates.suppress[0].until'],
    ['without a day', entry('a').replace('2027-03-31', 'never'), 'gates.suppress[0].until'],
    ['by rule', '{ rule: named-value, reason: long enough, until: 2027-03-31 }', 'gates.suppress[0].rule'],
  ])('are refused %s', (_what, text, path) => {
    const parsed = parsePolicy(`gates: { suppress: [${text}] }`, 'airlock.yml')

    expect(parsed.ok ? [] : parsed.problems.map((problem) => problem.path)).toContain(path)
  })
})
