import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { packageVersionSchema } from '../../../worker/contract/index.ts'
import { dependencyFiles } from '../../../worker/gates/dependencies/dependency-files.ts'
import { licensesGate } from '../../../worker/gates/licenses/licenses-gate.ts'
import { packagesToAsk } from '../../../worker/gates/licenses/packages-to-ask.ts'
import { added, findingsOf, gateInput } from '../gate-input.ts'

const paths = [
  ...['package.json', 'package-lock.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'bun.lockb', 'requirements.txt'],
  ...[
    'poetry.lock',
    'uv.lock',
    'pyproject.toml',
    'Cargo.lock',
    'Cargo.toml',
    'go.sum',
    'go.mod',
    'Gemfile.lock',
    'Gemfile',
  ],
  ...['composer.lock', 'composer.json', 'pom.xml', 'gradle.lockfile', 'build.gradle', 'libs.versions.toml'],
]
const pieces = [
  ...[
    'packages:',
    'lockfileVersion: 9',
    '# yarn lockfile v1\n',
    '__metadata:',
    '  a@1.0.0:\n',
    '    resolution: {',
    '}',
    '"',
  ],
  ...[
    '[[package]]\n',
    'name = "a"\n',
    'version = "1"\n',
    'GEM\n',
    '  specs:\n',
    '    a (1)\n',
    'require (',
    ')',
    ' => ',
    '{',
    '[',
  ],
  ...[
    '<project>',
    '<dependency>',
    '</',
    '&lt;',
    '"a":',
    '"../../x"',
    ',',
    '@',
    '#',
    '\n',
    '\r',
    '\t',
    '\0',
    '  ',
    '\\',
    '==',
  ],
  ...[
    '--hash=sha256:',
    'org.x:a:1.0',
    '__proto__',
    'constructor',
    `$${'{a}'}`,
    "'",
    '`',
    '%2f',
    '../',
    '1.0.0',
    ' h1:',
    '//',
  ],
]
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((all) => all.join('')),
  fc.json({ maxDepth: 6 }),
)
const gates = { licenses: { allow: ['MIT'], denyPackages: ['pkg:npm/x@1.0.0'] } }

describe('readers of dependencies', () => {
  it('are all among these', () => {
    expect(dependencyFiles.filter((kind) => !paths.some((path) => kind.paths.test(path)))).toEqual([])
  })

  it('throw for nothing, and find no more packages than there are characters', () => {
    fc.assert(
      fc.property(fc.constantFrom(...dependencyFiles), text, (kind, content) => {
        const found = kind.read(content)
        expect(found === null || found.length <= content.length).toBe(true)
      }),
      { numRuns: 3000 },
    )
  })

  it('lead to no finding too long to show, and to no question that is not parsed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), text, async (path, content) => {
        const files = [added(path, content)]
        const findings = await findingsOf(licensesGate, files, { gates })
        const { changeSet, policy } = gateInput(files, { gates })
        for (const { message } of findings) expect(message.length).toBeLessThan(2000)
        for (const asked of packagesToAsk(changeSet, policy))
          expect(packageVersionSchema.safeParse(asked).success).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['a key that never ends', (size: number) => `lockfileVersion: 9\npackages:\n  ${'"\\'.repeat(size)}`],
    ['blanks before an edge', (size: number) => `a${' '.repeat(size)}`],
    ['many commas', (size: number) => `  a: {${'a: b,'.repeat(size)}`],
    ['brackets', (size: number) => '['.repeat(size)],
    ['elements', (size: number) => '<a>'.repeat(size)],
    ['specifiers', (size: number) => `a${'>=1,'.repeat(size)}!`],
    ['colons', (size: number) => `"${'a:'.repeat(size)}`],
    [
      'properties of properties',
      (size: number) => `<project><properties><a>${`$${'{a}'}`.repeat(size)}</a></properties></project>`,
    ],
  ])('take linear time for %s', (_what, make) => {
    for (const kind of dependencyFiles) kind.read(make(200_000))
  })
})
