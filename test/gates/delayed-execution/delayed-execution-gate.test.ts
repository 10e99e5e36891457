import { describe, expect, it } from 'vitest'
import { delayedExecutionGate } from '../../../worker/gates/delayed-execution/delayed-execution-gate.ts'
import { rules } from '../../../worker/gates/delayed-execution/rules.ts'
import { added, changed, findingsOf } from '../gate-input.ts'
import { agentCases } from './cases/agent-cases.ts'
import { buildCases } from './cases/build-cases.ts'
import { catalogCases } from './cases/catalog-cases.ts'
import { ciCases } from './cases/ci-cases.ts'
import { editorCases } from './cases/editor-cases.ts'
import { fetchedCases } from './cases/fetched-cases.ts'
import { gitCases } from './cases/git-cases.ts'
import { npmCases } from './cases/npm-cases.ts'
import { offeredCases } from './cases/offered-cases.ts'
import { packageCases } from './cases/package-cases.ts'
import { plainLineCases } from './cases/plain-line-cases.ts'
import { reachCases } from './cases/reach-cases.ts'
import { sameCases } from './cases/same-cases.ts'
import { sameReachCases } from './cases/same-reach-cases.ts'
import { stagedCases } from './cases/staged-cases.ts'
import { textCases } from './cases/text-cases.ts'
import { toolCases } from './cases/tool-cases.ts'
import { treeCases } from './cases/tree-cases.ts'
import { workflowCases } from './cases/workflow-cases.ts'

const cases = [
  ...gitCases,
  ...npmCases,
  ...packageCases,
  ...editorCases,
  ...agentCases,
  ...ciCases,
  ...workflowCases,
  ...reachCases,
  ...textCases,
  ...fetchedCases,
  ...treeCases,
  ...catalogCases,
  ...sameCases,
  ...toolCases,
  ...sameReachCases,
  ...plainLineCases,
  ...offeredCases,
  ...buildCases,
  ...stagedCases,
]
const gate = delayedExecutionGate

describe('delayedExecutionGate', () => {
  it.each(cases)('$severity: $what ($rule)', async ({ rule, severity, fires, basePaths = [] }) => {
    const findings = await findingsOf(gate, [fires], { basePaths })

    expect(findings.map((finding) => `${finding.rule} ${finding.severity}`)).toContain(`${rule} ${severity}`)
  })

  it.each(cases)('is quiet about the benign twin of $what ($rule)', async ({ quiet, basePaths = [] }) => {
    const findings = await findingsOf(gate, [quiet], { basePaths })

    expect(findings.filter(({ severity }) => severity !== 'note')).toEqual([])
  })

  it('has a case for every rule', () => {
    const tested = new Set([...cases.map(({ rule }) => rule), 'protected-path', 'lockfile-unreadable', 'lockfile-host'])

    expect(rules.map(({ id }) => id).filter((id) => !tested.has(id))).toEqual([])
  })

  it('says of every rule when it matters and how to mend it, in whole sentences', () => {
    for (const { when, mend } of rules) {
      expect(when).toMatch(/^[A-Z`a-z].{15,}\.$/s)
      expect(mend).toMatch(/^[A-Z].{8,}[.?]$/s)
    }
  })

  it('tells when it would run, where it is and how to mend it', async () => {
    const [finding] = await findingsOf(gate, [
      changed('package.json', '{}', '{\n  "scripts": {\n    "postinstall": "x"\n  }\n}'),
    ])

    expect(finding).toMatchObject({ path: 'package.json', line: 3 })
    expect(finding?.message).toMatch(/`scripts.postinstall` is new.*on `npm install`.*Take it out/)
  })

  it('holds a change to a path that the policy protects, in any case and deletions too, and no other', async () => {
    const files = [
      changed('docs/Rules.md', 'a\n', 'b\n'),
      changed('docs/more.md', 'a\n', null),
      changed('src/a.ts', 'a\n', 'b\n'),
    ]

    const findings = await findingsOf(gate, files, { gates: { protected: ['docs/**', 'x/*.md'] } })
    const unprotected = await findingsOf(gate, files, { gates: { protected: ['docs/+(a+)+', '!src/**'] } })

    expect(findings.map(({ rule, severity, path }) => [rule, severity, path])).toEqual([
      ['protected-path', 'hold', 'docs/Rules.md'],
      ['protected-path', 'hold', 'docs/more.md'],
    ])
    expect(unprotected).toEqual([])
  })

  it('says nothing of a package that a lockfile had before, unless another one comes under its name', async () => {
    const locked = '# yarn lockfile v1\n\nb@^1.0.0:\n  version "1.0.0"\n'
    const lock = changed('yarn.lock', locked, `${locked}\n`)
    const asks = (range: string) => changed('a/package.json', '{}', JSON.stringify({ dependencies: { b: range } }))
    const rulesOf = async (files: Parameters<typeof findingsOf>[1]) =>
      (await findingsOf(gate, files)).map(({ rule }) => rule)

    expect(await rulesOf([asks('^1.0.0')])).toEqual(['new-dependency'])
    expect(await rulesOf([asks('workspace:*')])).toEqual([])
    expect(await rulesOf([lock, asks('^1.0.0')])).toEqual([])
    expect(await rulesOf([lock, asks('npm:evil@^1.0.0')])).toEqual(['new-dependency', 'dependency-source'])
  })

  it('says nothing of a package that moves between manifests, or of another major version of a module', async () => {
    const rulesOf = async (files: Parameters<typeof findingsOf>[1]) =>
      (await findingsOf(gate, files)).map(({ rule }) => rule)
    const asks = (range: string) => JSON.stringify({ dependencies: { b: range } })
    const go = (path: string) => `module a.example/a\nrequire ${path} v1.2.3\n`
    const moved = (source: string) => [
      changed('Gemfile', `gem 'b'${source}\n`, ''),
      changed('a/Gemfile', '', "gem 'b'\n"),
    ]

    expect(await rulesOf([changed('package.json', asks('^1'), '{}'), added('a/package.json', asks('^1'))])).toEqual([])
    expect(
      await rulesOf([changed('package.json', asks('github:b/b'), '{}'), added('a/package.json', asks('^1'))]),
    ).toEqual(['new-dependency'])
    expect(await rulesOf(moved(''))).toEqual([])
    expect(await rulesOf(moved(", git: 'https://h.example/b'"))).toEqual(['new-dependency'])
    expect(await rulesOf([changed('go.mod', go('h.example/b'), go('h.example/b/v2'))])).toEqual([])
    expect(await rulesOf([changed('go.mod', go('h.example/b.v2'), go('h.example/b.v3'))])).toEqual([])
    expect(await rulesOf([changed('go.mod', go('h.example/b'), go('h.example/b/v2x'))])).toEqual(['new-dependency'])
  })

  it('only notes what stands among test material, but not what works from there', async () => {
    const findings = await findingsOf(gate, [
      added('test/fixtures/pkg/package.json', '{"scripts":{"postinstall":"x"}}'),
      added('test/fixtures/.gitattributes', '* filter=x\n'),
      added('test/fixtures/link', '/etc', '120000'),
    ])

    expect(findings.map(({ rule, severity }) => `${rule} ${severity}`)).toEqual([
      'git-attributes block',
      'escaping-symlink block',
      'npm-install-script note',
    ])
  })

  it.each([
    ['a translation whose author mixed two keyboards', added('locale/sr.po', 'msgstr "Izgl\u0435d"\n')],
    ['an embedding in Arabic text', added('locale/ar.po', 'msgstr "\u202bالمعرّف\u202c الفريد (UID)"\n')],
    ['an emoji with its selector twice', added('docs/a.md', '| \ufe0f\ufe0f✔️ |\n')],
    ['bytes that are no text', added('a.dat', new Uint8Array([0x61, 0xd0, 0xb0, 0x62, 0xff, 0x0a]))],
  ])('has no word for %s', async (_what, file) => {
    expect(await findingsOf(gate, [file])).toEqual([])
  })

  it.each([
    ['a mixed word in code beside translations', added('src/a.ts', 'const Izgl\u0435d = 1\n'), 'mixed-script-name'],
    ['an override in a translation', added('locale/ar.po', 'msgstr "مرحبا \u202e x"\n'), 'bidi-control'],
    ['an embedding around Latin text', added('locale/ar.po', 'msgstr "\u202bx = 1\u202c"\n'), 'bidi-control'],
    ['selectors that carry bytes', added('src/a.ts', "const a = '\ufe0f\ufe0e\ufe0f\ufe0e'\n"), 'variation-selectors'],
  ])('still finds %s', async (_what, file, rule) => {
    expect((await findingsOf(gate, [file])).map((finding) => finding.rule)).toEqual([rule])
  })

  it('finds two changed paths of one change that collide, where the base is unknown', async () => {
    const findings = await findingsOf(gate, [added('a/B', 'x'), added('a/b', 'x')])

    expect(findings.map(({ rule, path }) => [rule, path])).toEqual([['name-collision', 'a/b']])
  })

  it('does not call a renamed file a collision with itself', async () => {
    const findings = await findingsOf(gate, [changed('readme.md', 'x\n', null), added('README.md', 'x\n')], {
      basePaths: ['readme.md'],
    })

    expect(findings).toEqual([])
  })
})
