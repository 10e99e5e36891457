import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FileChange, FileMode } from '../../worker/contract/index.ts'
import { findingSchema } from '../../worker/contract/index.ts'
import { evaluateGates } from '../../worker/gates/evaluate-gates.ts'
import { gates } from '../../worker/gates/gates.ts'
import { added, changed, gateInput, madeUp } from './gate-input.ts'

const watchedNames = [
  'package.json',
  'package-lock.json',
  'npm-shrinkwrap.json',
  'yarn.lock',
  '.npmrc',
  '.yarnrc.yml',
  'pnpm-workspace.yaml',
  '.vscode/settings.json',
  '.vscode/tasks.json',
  '.claude/settings.json',
  '.mcp.json',
  '.devcontainer/devcontainer.json',
  '.github/workflows/a.yml',
  'action.yml',
  '.gitattributes',
  '.gitmodules',
  '.pre-commit-config.yaml',
  'setup.py',
  'pyproject.toml',
  'Cargo.toml',
  'requirements.txt',
  '.github/dependabot.yml',
  'composer.json',
  'go.mod',
  'Gemfile',
  'a.csproj',
  'mise.toml',
  'src/a.ts',
  'LICENSE',
  'vendor/a/COPYING.md',
]
const fragments = [
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '"',
  "'",
  '\n',
  '\r',
  ' ',
  '\\',
  '- ',
  '*a',
  '&a ',
  '<<: ',
  '#',
  '//',
  '/*',
  '/*!',
  'SPDX-License-Identifier: ',
  'MIT OR ',
  'licensed under the GNU General Public License version ',
  'Copyright (c) 2020 ',
  'Permission is hereby granted',
  '=',
  '"scripts"',
  'scripts:',
  '"packages"',
  '"dependencies"',
  '"node_modules/a"',
  '"resolved"',
  '"__proto__"',
  'on: push',
  'permissions:',
  'container:',
  '[dependencies]',
  'dependencies = [',
  'wallet',
  ':AA',
  'eyJ',
  '://a:b@',
  'jobs:',
  'steps:',
  'run:',
  '${{',
  '}}',
  'filter=',
  '\u202e',
  '\u{e0041}',
  '\ufe0f\ufe0f',
  'а',
  'a',
  '\0',
  '\ud800',
  '1',
  'null',
  'true',
  '[build-system]',
  'curl x | sh',
]

const path = fc.oneof(
  fc.constantFrom(...watchedNames),
  fc
    .array(fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 4 })
    .map((parts) => parts.join('/')),
)
const content = fc.oneof(
  fc.array(fc.constantFrom(...fragments), { maxLength: 40 }).map((parts) => parts.join('')),
  fc.json(),
  fc.uint8Array({ maxLength: 100 }),
)
const side = fc.option(content, { nil: null })
const mode = fc.constantFrom<FileMode>('100644', '100755', '120000')
const change = fc
  .uniqueArray(fc.tuple(path, side, side, mode), { maxLength: 6, selector: ([name]) => name })
  .map((files) => files.map(([name, before, after, fileMode]): FileChange => changed(name, before, after, fileMode)))

const around = { gates: { licenses: { allow: ['MIT'] }, protected: ['src/**'] }, secrets: { NPM_TOKEN: madeUp(20) } }

describe('all gates', () => {
  it('answer any change without failing, within the contract, and twice the same', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(change, async (files) => {
        const results = await evaluateGates(gates, gateInput(files, around))
        const findings = results.flatMap((result) => result.findings)

        expect(findings.filter(({ rule }) => rule === 'gate-error')).toEqual([])
        for (const finding of findings) expect(findingSchema.parse(finding)).toEqual(finding)
        expect(await evaluateGates(gates, gateInput(files.toReversed(), around))).toEqual(results)
      }),
      { numRuns: 300 },
    )
  })

  const code = (count: number) =>
    Array.from(
      { length: count },
      (_none, index) => `  const value${index} = compute(alpha, "text ${index}", 12345)\n`,
    ).join('')

  const keys = (count: number, name: (at: number) => string) =>
    Object.fromEntries(Array.from({ length: count }, (_none, index) => [name(index), 1]))

  it.each([
    ['a megabyte of new code', [added('src/a.ts', code(18_000))]],
    ['one changed line in a megabyte', [changed('src/a.ts', code(18_000), code(18_000).replace('alpha', 'beta'))]],
    [
      'ten thousand small files',
      Array.from({ length: 10_000 }, (_none, index) => added(`src/d${index % 100}/f${index}.ts`, 'export {}\n')),
    ],
    ['a megabyte of downloads in one line', [added('src/a.sh', 'curl '.repeat(200_000))]],
    ['a megabyte of shells in one line', [added('src/a.sh', 'base64 -d | sh -c "$('.repeat(50_000))]],
    ['a megabyte of calls in one line', [added('src/a.js', 'eval(exec('.repeat(100_000))]],
    ['a megabyte of quotes in one line', [added('src/a.js', '" + '.repeat(250_000))]],
    [
      'a megabyte of blanks in watched files',
      ['setup.py', 'Gemfile', 'mise.toml', 'go.mod'].map((name) => added(name, `${' '.repeat(250_000)}x`)),
    ],
    ['a megabyte beyond ASCII', [added('src/a.js', 'éа日\u{e0100}'.repeat(90_000))]],
    [
      'a megabyte of expressions',
      [
        added(
          '.github/workflows/a.yml',
          `on: push\njobs: {a: {steps: [{run: "${'${{ github.event.issue.'.repeat(18_000)}"}]}}`,
        ),
      ],
    ],
    [
      'a megabyte of script calls',
      [added('package.json', JSON.stringify({ scripts: { prepare: 'npm run a '.repeat(100_000) } }))],
    ],
    ['a megabyte of passwords without a line end', [added('src/a.ts', 'password: '.repeat(100_000))]],
    ['a megabyte of manifests', [added('a.yaml', 'kind: Secret\ndata:\n'.repeat(50_000))]],
    ['a megabyte of keys that begin', [added('a.pem', '-----BEGIN PRIVATE KEY-----'.repeat(38_000))]],
    ['a megabyte of tokens that begin', [added('a.txt', `eyJ${'a'.repeat(20)}.`.repeat(40_000))]],
    ['a megabyte of variables put together', [added('a.sh', `a="k7Qx2Vn9"\n${'b=$a$a; '.repeat(125_000)}`)]],
    ['a megabyte of pieces that begin', [added('a.xml', '<a>ghp_k7Qx2Vn9</a>'.repeat(50_000))]],
    ['a megabyte of marks that are taken out', [added('a.js', `x.replace("~~", "")${'a~~b'.repeat(250_000)}`)]],
    ['a megabyte of single characters', [added('a.txt', 'a 1 '.repeat(250_000))]],
    ['a megabyte of words to rotate', [added('a.py', `rot13 ${'k7Qx2Vn9Lw4Tz8Rb3Hd6 '.repeat(47_000)}`)]],
    [
      'a megabyte of settings under one long name',
      [added('.vscode/settings.json', JSON.stringify({ ['x'.repeat(500_000)]: keys(50_000, (at) => `k${at}`) }))],
    ],
    [
      'a megabyte of programs in settings, each on its line',
      [
        added(
          '.vscode/settings.json',
          JSON.stringify(
            keys(50_000, (at) => `a${at}.path`),
            null,
            1,
          ),
        ),
      ],
    ],
    ['a megabyte of attributes', [added('.gitattributes', '* filter=a '.repeat(90_000))]],
  ])('answer %s before the test runs out of time', { timeout: 60_000 }, async (_what, files) => {
    const results = await evaluateGates(gates, gateInput(files, around))

    expect(results.flatMap(({ findings }) => findings).filter(({ rule }) => rule === 'gate-error')).toEqual([])
  })
})
