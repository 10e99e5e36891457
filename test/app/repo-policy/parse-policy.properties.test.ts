/** What the reading of a policy promises for every text, valid or not. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { parsePolicy } from '../../../app/repo-policy/parse-policy.ts'
import { yamlStyles } from '../../fixtures/yaml-styles.ts'

const name = '.github/airlock.yml'
/** Policies of every kind of value that the schema has. */
const policy = fc.record(
  {
    agent: fc.constantFrom('claude', 'codex', 'pi'),
    model: fc.constantFrom('claude-sonnet-5', 'gpt-5'),
    isolation: fc.constantFrom('process', 'gvisor'),
    setup: fc.record(
      { run: fc.array(fc.constantFrom('npm ci', 'make'), { minLength: 1 }), secrets: fc.constant(['NPM_TOKEN']) },
      { requiredKeys: [] },
    ),
    network: fc.subarray(['npm', 'example.com', '*.example.org', 'registry.example.com:8443']),
    limits: fc.record({ minutes: fc.integer({ min: 1, max: 60 }), memory: fc.constantFrom('2g', '512m') }),
    gates: fc.record({ protected: fc.array(fc.constantFrom('deploy/**', 'a/*.md')) }),
    handoff: fc.record({ draft: fc.boolean(), ci: fc.constantFrom('run', 'skip', 'quarantine') }),
  },
  { requiredKeys: [] },
)
const style = fc.record(yamlStyles)
const fragments = [
  'agent',
  'setup',
  ':',
  ' ',
  '\n',
  '  ',
  '- ',
  '[',
  ']',
  '{',
  '}',
  ',',
  '"',
  "'",
  '#',
  '&a',
  '*a',
  '!!js',
  '---',
  '<<',
  '__proto__',
  '|',
  '>',
  '\t',
  '\r',
  '\u2028',
  '\0',
  '?',
]

describe('a policy', () => {
  it('is the same however it is written', () => {
    fc.assert(
      fc.property(policy, style, (value, written) => {
        const [plain, styled] = [JSON.stringify(value), stringify(value, written)].map((text) =>
          parsePolicy(text, name),
        )
        expect(plain?.ok).toBe(true)
        expect(styled?.ok && styled.policy.file).toEqual(plain?.ok && plain.policy.file)
      }),
    )
  })

  it('with a key that nobody knows is refused, with that key and its line, wherever it stands', () => {
    const owners = fc.constantFrom<readonly string[]>([], ['setup'], ['limits'], ['gates'], ['handoff'])
    const key = fc.stringMatching(/^[a-z]{3,8}$/).map((word) => `x-${word}`)
    fc.assert(
      fc.property(policy, owners, key, fc.nat(8), (value, path, unknown, at) => {
        const all = structuredClone(value) as Record<string, unknown>
        const [field] = path
        const owner = field === undefined ? all : ((all[field] ?? {}) as Record<string, unknown>)
        const spoilt = Object.fromEntries(Object.entries(owner).toSpliced(at, 0, [unknown, 1]))
        const text = stringify(field === undefined ? spoilt : { ...all, [field]: spoilt }, {
          aliasDuplicateObjects: false,
        })

        const result = parsePolicy(text, name)
        expect(result.ok).toBe(false)
        const line = text.split('\n').findIndex((one) => one.trim().startsWith(`${unknown}:`)) + 1
        expect(result.ok ? [] : result.problems).toContainEqual({
          ...{ file: name, path: [...path, unknown].join('.'), line, message: 'unknown key' },
        })
      }),
    )
  })

  it('that is none is a short list of problems, each on a line that there is, and never an exception', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom(...fragments), { maxLength: 40 }).map((parts) => parts.join('')),
      fc.json(),
    )
    fc.assert(
      fc.property(text, (given) => {
        const result = parsePolicy(given, name)
        if (result.ok) return
        expect(result.problems.length).toBeGreaterThan(0)
        expect(result.problems.length).toBeLessThanOrEqual(20)
        for (const { line, message, path } of result.problems) {
          if (line !== null) {
            expect(line).toBeGreaterThan(0)
            expect(line).toBeLessThanOrEqual(given.split('\n').length)
          }
          expect(message.length).toBeLessThanOrEqual(320)
          expect(path.length).toBeLessThanOrEqual(200)
        }
      }),
      { numRuns: 500 },
    )
  })
})
