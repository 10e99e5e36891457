import { describe, expect, it } from 'vitest'
import { parsePolicy } from '../../../app/repo-policy/parse-policy.ts'

const full = `
agent: claude
command: [node, tools/fix.js]
model: claude-sonnet-5
image: base
isolation: container
setup:
  run: [npm ci]
  secrets: [NPM_TOKEN]
  network: [npm, example.com, "*.example.org", "registry.example.com:8443"]
network: []
limits: { minutes: 30, memory: 4g, cpus: 2, pids: 512, disk: 10g, output: 64m, cost-usd: 5 }
gates:
  licenses: { allow-licenses: [MIT, Apache-2.0, ISC] }
  protected: [".github/workflows/**"]
triggers: { label: airlock, command: /airlock, permission: write }
handoff: { draft: true, ci: run }
`

function problemsOf(text: string) {
  const result = parsePolicy(text, '.github/airlock.yml')
  return result.ok ? [] : result.problems
}

describe('parsePolicy', () => {
  it.each(['', '# only a comment\n', '---\n', full])('takes a good policy', (text) => {
    const result = parsePolicy(text, '.github/airlock.yml')

    expect(result.ok).toBe(true)
  })

  it('knows the line of every value that it took', () => {
    const result = parsePolicy(full, '.github/airlock.yml')

    if (!result.ok) throw new Error('expected a good policy')
    expect(result.policy.lineOf(['setup', 'secrets'])).toBe(9)
    expect(result.policy.lineOf(['setup', 'network', 1])).toBe(10)
    expect(result.policy.lineOf(['gates', 'licenses', 'allow-licenses', 2])).toBe(14)
  })

  it('answers an unknown key with its name and line', () => {
    const problems = problemsOf('agent: claude\nsetup:\n  run: [npm ci]\n  netwrok: [npm]\n')

    expect(problems).toEqual([{ file: '.github/airlock.yml', path: 'setup.netwrok', line: 4, message: 'unknown key' }])
  })

  it('names every unknown key, each with its own line', () => {
    const problems = problemsOf('agnet: claude\nmodle: x\n')

    expect(problems.map(({ path, line }) => [path, line])).toEqual([
      ['agnet', 1],
      ['modle', 2],
    ])
  })

  it.each([
    ['limits:\n  minutes: soon\n', 'limits.minutes', 2],
    ['limits: { memory: 4 }\n', 'limits.memory', 1],
    ['limits: { memory: 0g }\n', 'limits.memory', 1],
    ['limits: { minutes: -1 }\n', 'limits.minutes', 1],
    ['setup:\n  run: npm ci\n', 'setup.run', 2],
    ['setup:\n  network:\n    - npm\n    - https://example.com/\n', 'setup.network[1]', 4],
    ['network: ["*.com"]\n', 'network[0]', 1],
    ['network: ["*.co.uk"]\n', 'network[0]', 1],
    ['network: ["Example.com"]\n', 'network[0]', 1],
    ['network: ["user@example.com"]\n', 'network[0]', 1],
    ['setup: { secrets: ["../key"] }\n', 'setup.secrets[0]', 1],
    ['model: --help\n', 'model', 1],
    ['image: ../../etc\n', 'image', 1],
    ['isolation: strong\n', 'isolation', 1],
    ['agent: claude-code\n', 'agent', 1],
    ['agent: command\n', 'command', 1],
    ['triggers: { permission: none }\n', 'triggers.permission', 1],
    ['triggers: { label: "a:b" }\n', 'triggers.label', 1],
    ['gates:\n  licenses:\n    allow-licenses: [MIT]\n    deny-licenses: [MIT]\n', 'gates.licenses', 2],
    ['gates:\n  licenses:\n    deny-packages: [left-pad]\n', 'gates.licenses.deny-packages[0]', 3],
    ['gates:\n  licenses:\n    deny-packages: ["pkg:deb/debian/a"]\n', 'gates.licenses.deny-packages[0]', 3],
    ['setup:\n', 'setup', 1],
    ['- agent\n', '', 1],
    ['just text\n', '', 1],
  ])('answers %j with path and line', (text, path, line) => {
    const problems = problemsOf(text)

    expect(problems[0]).toMatchObject({ path, line })
    expect(problems[0]?.message).not.toBe('')
  })

  it.each([
    ['a key that reaches into objects', '__proto__: { agent: codex }\n', 1],
    ['the same, nested', 'setup:\n  constructor: {}\n', 2],
    ['a key given twice', 'agent: claude\nagent: codex\n', 2],
    ['a type by tag', 'agent: !!binary aGk=\n', 1],
    ['a tag of its own', 'agent: !run claude\n', 1],
    ['an alias', 'network: &n [npm]\nsetup:\n  network: *n\n', 1],
    ['an alias loop', 'setup: &s\n  run: *s\n', 2],
    ['a merge key', 'setup:\n  <<: { run: [x] }\n', 2],
    ['two documents', 'agent: claude\n---\nagent: codex\n', 2],
    ['a key that is no text', '? [a, b]\n: c\n', 1],
    ['broken YAML', 'agent: [claude\n', 2],
  ])('refuses %s', (_what, text, line) => {
    const problems = problemsOf(text)

    expect(problems[0]).toMatchObject({ line })
    expect(Object.prototype).not.toHaveProperty('agent')
  })

  const laughs = Array.from(
    { length: 20 },
    (_, level) => `l${level}: &l${level} [${Array(9).fill(level === 0 ? 'lol' : `*l${level - 1}`)}]`,
  ).join('\n')
  it.each([
    ['deep brackets', '['.repeat(65_536), /too much structure/],
    ['deep braces', '{a: '.repeat(1000), /too much structure/],
    ['many keys', Array.from({ length: 6000 }, (_, key) => `k${key}: 1`).join('\n'), /too much structure/],
    ['many flow keys', `{${Array.from({ length: 1900 }, (_, key) => `k${key}`).join(',')}}`, /too much structure/],
    ['more than 64 KiB', `agent: ${'a'.repeat(65_536)}`, /larger than 65536 bytes/],
  ])('refuses %s before it is composed, which takes the square of its size', (_what, text, message) => {
    expect(problemsOf(text)).toMatchObject([{ path: '', line: null, message: expect.stringMatching(message) }])
  })

  it.each([
    ['a billion laughs', laughs, 1, /anchors are not allowed/],
    ['deep sequences', '- '.repeat(1990), 1, /nested too deeply/],
    ['deep keys', '? '.repeat(1990), 1, /nested too deeply/],
    ['many anchors', `a: ${'&a '.repeat(1900)}`, 1, /at most one anchor/],
    ['many directives', '%A b\n'.repeat(1900), 1901, /directives-end/],
    ['a long escape', `agent: "${'\\x41'.repeat(16_000)}"`, 1, /expected one of/],
    ['a long plain scalar', `agent:\n${'  b\n'.repeat(16_000)}`, 1, /expected one of/],
  ])('refuses %s at the largest size that is read', (_what, text, line, message) => {
    expect(problemsOf(text)[0]).toMatchObject({ line, message: expect.stringMatching(message) })
  })

  it('bounds what it says about a hostile policy', () => {
    const problems = problemsOf(Array.from({ length: 300 }, (_, key) => `${'k'.repeat(100)}${key}: 1`).join('\n'))

    expect(problems.length).toBeLessThanOrEqual(20)
    expect(JSON.stringify(problems).length).toBeLessThan(20_000)
  })
})
