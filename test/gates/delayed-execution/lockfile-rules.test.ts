import { describe, expect, it } from 'vitest'
import { delayedExecutionGate } from '../../../worker/gates/delayed-execution/delayed-execution-gate.ts'
import { added, changed, findingsOf, verdictsOf } from '../gate-input.ts'

type Entry = Readonly<Record<string, unknown>>

const tarball = (name: string, version = '1.0.0', host = 'r.example') =>
  `https://${host}/${name}/-/${name.split('/').at(-1)}-${version}.tgz`
const entry = (name: string, more: Entry = {}): Entry => ({
  version: '1.0.0',
  resolved: tarball(name),
  integrity: `sha512-${name}`,
  ...more,
})
const lockfile = (entries: Readonly<Record<string, Entry>>, asked: readonly string[] = ['a']) =>
  JSON.stringify(
    {
      lockfileVersion: 3,
      packages: { '': { dependencies: Object.fromEntries(asked.map((name) => [name, '^1.0.0'])) }, ...entries },
    },
    null,
    2,
  )
const one = lockfile({ 'node_modules/a': entry('a') })
const verdicts = (after: string, before: string | null = one) =>
  verdictsOf(delayedExecutionGate, [changed('package-lock.json', before, after)])
const withA = (more: Entry) => lockfile({ 'node_modules/a': entry('a', more) })
const withB = (b: Entry, asked = ['a', 'b']) =>
  lockfile({ 'node_modules/a': entry('a', { dependencies: { b: '1' } }), 'node_modules/b': b }, asked)

describe('lockfile rules', () => {
  it.each([
    ['another content at the same version', withA({ integrity: 'sha512-x' }), ['lockfile-integrity block']],
    ['no integrity any more', withA({ integrity: undefined }), ['lockfile-integrity block']],
    ['a weaker integrity', withA({ integrity: 'sha1-x' }), ['lockfile-integrity block']],
    [
      'another host at the same version',
      withA({ resolved: tarball('a', '1.0.0', 'evil.example') }),
      ['lockfile-host block'],
    ],
    [
      'another package under the name',
      withA({ version: '1.1.0', resolved: tarball('evil', '1.1.0'), integrity: 'sha512-y' }),
      ['lockfile-name block'],
    ],
    [
      'another version than it says',
      withA({ version: '1.1.0', resolved: tarball('a', '9.9.9'), integrity: 'sha512-y' }),
      ['lockfile-name block'],
    ],
    [
      'another package by a name of its own',
      withA({ name: 'evil', version: '1.1.0', resolved: tarball('evil', '1.1.0'), integrity: 'sha512-y' }),
      ['lockfile-name block'],
    ],
    [
      'a package from git',
      withB({ version: '1.0.0', resolved: 'git+ssh://git@h.example/b.git#1' }, ['a']),
      ['lockfile-integrity-missing hold', 'lockfile-source hold'],
    ],
    ['a package from nowhere', withB({ version: '1.0.0' }, ['a']), ['lockfile-source hold']],
    [
      'a package without integrity',
      withB(entry('b', { integrity: undefined }), ['a']),
      ['lockfile-integrity-missing hold'],
    ],
    ['an install script', withA({ hasInstallScript: true }), ['lockfile-install-script hold']],
    [
      'a package that nothing asks for',
      lockfile({ 'node_modules/a': entry('a'), 'node_modules/b': entry('b') }),
      ['lockfile-unreached hold'],
    ],
    ['a wish that the manifest does not have', withB(entry('b')), ['lockfile-manifest hold']],
    ['nothing that npm would obey', '[]', ['lockfile-unreadable hold']],
  ])('catches %s', async (_what, after, expected) => {
    expect(await verdicts(after)).toEqual(expected)
  })

  it.each([
    ['an honest update', withA({ version: '1.2.0', resolved: tarball('a', '1.2.0'), integrity: 'sha512-z' }), one],
    ['a dependency of a dependency', withB(entry('b'), ['a']), one],
    ['a stronger integrity', withA({ integrity: 'sha512-a' }), withA({ integrity: 'sha1-a' })],
    ['a second digest beside the first', withA({ integrity: 'sha1-a sha512-a' }), one],
    [
      'an install script that was there',
      withA({ hasInstallScript: true, version: '1.2.0', resolved: tarball('a', '1.2.0') }),
      withA({ hasInstallScript: true }),
    ],
    ['a bundled package', withB({ version: '1.0.0', inBundle: true }, ['a']), one],
    [
      'a project of the repository',
      lockfile({ 'node_modules/a': { resolved: 'packages/a', link: true }, 'packages/a': { version: '1.0.0' } }),
      null,
    ],
    ['a scoped package', lockfile({ 'node_modules/@s/a': entry('@s/a') }, ['@s/a']), null],
    [
      'an alias that is asked for',
      lockfile({ 'node_modules/a': entry('b', { name: 'b' }), '': { dependencies: { a: 'npm:b@^1.0.0' } } }),
      null,
    ],
    ['the first package of a project', one, lockfile({}, ['a'])],
    ['a package that leaves', lockfile({}), one],
  ])('is quiet about %s', async (_what, after, before) => {
    expect(await verdicts(after, before)).toEqual([])
  })

  it('accepts a wish that the manifest of the same change has, and needs its own approval there', async () => {
    const manifest = (names: readonly string[]) =>
      JSON.stringify({ dependencies: Object.fromEntries(names.map((name) => [name, '^1.0.0'])) })
    const files = [
      changed('package.json', manifest(['a']), manifest(['a', 'b'])),
      changed('package-lock.json', one, withB(entry('b'))),
    ]

    expect(await verdictsOf(delayedExecutionGate, files)).toEqual(['new-dependency hold'])
  })

  it('names the host that stands out in a new lockfile', async () => {
    const entries = {
      'node_modules/a': entry('a'),
      'node_modules/b': entry('b'),
      'node_modules/c': entry('c', { resolved: tarball('c', '1.0.0', 'evil.example') }),
    }

    const findings = await findingsOf(delayedExecutionGate, [
      added('package-lock.json', lockfile(entries, ['a', 'b', 'c'])),
    ])

    expect(findings).toMatchObject([{ rule: 'lockfile-host', line: expect.any(Number) }])
    expect(findings[0]?.message).toContain('node_modules/c')
  })

  it('catches a lockfile that tells old npm another story', async () => {
    const after = JSON.parse(one)
    after.dependencies = { a: { version: '1.0.0', resolved: tarball('a'), integrity: 'sha512-evil' } }

    expect(await verdicts(JSON.stringify(after))).toEqual(['lockfile-sections block'])
  })

  it('reads lockfiles of version 1', async () => {
    const old = (integrity: string) =>
      JSON.stringify({
        lockfileVersion: 1,
        dependencies: { a: { version: '1.0.0', resolved: tarball('a'), integrity } },
      })

    expect(await verdicts(old('sha512-b'), old('sha512-a'))).toEqual(['lockfile-integrity block'])
    expect(await verdicts(old('sha512-a'), old('sha512-a'))).toEqual([])
  })

  it('holds a host that another kind of lockfile did not have', async () => {
    const line = (host: string) => `a@^1.0.0:\n  resolved "https://${host}/a/-/a-1.0.0.tgz#x"\n`

    expect(
      await verdictsOf(delayedExecutionGate, [
        changed('yarn.lock', line('r.example'), line('r.example') + line('evil.example')),
      ]),
    ).toEqual(['lockfile-host hold'])
    expect(
      await verdictsOf(delayedExecutionGate, [
        changed('yarn.lock', line('r.example'), line('r.example').replaceAll('1.0.0', '1.1.0')),
      ]),
    ).toEqual([])
  })

  it('bounds what a hostile lockfile can make it say', async () => {
    const entries = Object.fromEntries(
      Array.from({ length: 500 }, (_none, index) => [`node_modules/p${index}`, entry(`p${index}`)]),
    )

    expect(await verdicts(lockfile({ 'node_modules/a': entry('a'), ...entries }))).toHaveLength(20)
  })
})
