import { describe, expect, it } from 'vitest'
import { keyOfPackage } from '../../../worker/contract/index.ts'
import { licensesGate } from '../../../worker/gates/licenses/licenses-gate.ts'
import { packagesToAsk } from '../../../worker/gates/licenses/packages-to-ask.ts'
import type { RegistryAnswer, RegistryLicense } from '../../../worker/pipeline/ports/index.ts'
import { added, changed, findingsOf, gateInput, verdictsOf } from '../gate-input.ts'

type Entries = Readonly<Record<string, Readonly<Record<string, unknown>>>>

const lockfile = (entries: Entries, version = 3) =>
  JSON.stringify({ name: 'x', lockfileVersion: version, packages: { '': { name: 'x' }, ...entries } }, null, 2)
const locked = (license?: unknown, version = '1.0.0') => lockfile({ 'node_modules/a': { version, license } })
const manifest = (dependencies: Readonly<Record<string, string>>) => JSON.stringify({ name: 'x', dependencies })
const gates = { licenses: { allow: ['MIT', 'ISC'] } }
const none = lockfile({})
const newA = (license?: unknown) => [changed('package-lock.json', none, locked(license))]

/** What npm's registry says of `a@1.0.0`, or of others by name and version. */
function saying(answer: RegistryAnswer | RegistryLicense, ...names: string[]) {
  const whole: RegistryAnswer =
    answer.kind === 'found' || answer.kind === 'missing' || answer.kind === 'unknown'
      ? answer
      : { kind: 'found', license: answer, content: 'unsaid' }
  const all = names.length === 0 ? ['a@1.0.0'] : names
  return new Map(
    all.map((id) => {
      const at = id.lastIndexOf('@')
      const asked = { ecosystem: 'npm' as const, name: id.slice(0, at), version: id.slice(at + 1), integrity: [] }
      return [keyOfPackage(asked), whole]
    }),
  )
}
const expression = (text: string): RegistryLicense => ({ kind: 'expression', expression: text })
const names = (...all: string[]): RegistryLicense => ({ kind: 'names', names: all })

describe('licensesGate', () => {
  it.each([
    ['MIT', []],
    ['(MIT OR GPL-3.0)', []],
    ['GPL-3.0-only', ['forbidden block']],
    ['GPL-2.0+', ['forbidden block']],
    ['MIT AND GPL-3.0-only', ['forbidden block']],
    ['Apache-2.0 WITH LLVM-exception', ['forbidden block']],
    ['LicenseRef-x', ['forbidden block']],
    ['Unlicense', ['forbidden block']],
    ['UNLICENSED', ['unlicensed hold']],
    ['SEE LICENSE IN license.txt', ['unresolved hold']],
    ['BSD', ['unresolved hold']],
    ['', ['unresolved hold']],
  ])('judges a new package of which its registry says %j', async (said, expected) => {
    const registries = saying(expression(said))

    expect(await verdictsOf(licensesGate, newA(), { gates, registries })).toEqual(expected)
  })

  it.each([
    ['a name that people use', names('The MIT License'), []],
    ['a name that means several', names('BSD License'), ['unresolved hold']],
    ['a name that nobody knows', names('Our own terms'), ['unresolved hold']],
    ['an id, and the class that Python has for it', names('MIT', 'MIT License'), []],
    [
      'a name with its version and its short form',
      names('GNU General Public License v3 or later (GPLv3+)'),
      ['forbidden block'],
    ],
    [
      'an exception that a name goes on with',
      names('GNU General Public License, version 2 with the classpath exception'),
      ['unresolved hold'],
    ],
    ['two names that are both allowed', names('MIT', 'ISC License'), []],
    ['two names of which one is not', names('MIT', 'GPL-3.0-only'), ['unresolved hold']],
    ['two names of which none is', names('GPL-2.0-only', 'GPL-3.0-only'), ['forbidden block']],
    ['a loose name beside the one that it means', names('MIT', 'MIT style license'), []],
    ['nothing', { kind: 'none' } as const, ['unresolved hold']],
    ['words that are no license text', { kind: 'text', text: 'Ask us first.' } as const, ['unresolved hold']],
  ])('judges by words for people: %s', async (_what, license, expected) => {
    expect(await verdictsOf(licensesGate, newA(), { gates, registries: saying(license) })).toEqual(expected)
  })

  it('holds what no registry was asked for, what none has, and where none answered; one that answered is let through', async () => {
    const why = 'its registry cannot be reached'

    expect(await verdictsOf(licensesGate, newA('MIT'), { gates })).toEqual(['unresolved hold'])
    expect(await verdictsOf(licensesGate, newA('MIT'), { gates, registries: saying({ kind: 'missing' }) })).toEqual([
      'unresolved hold',
    ])
    const [away] = await findingsOf(licensesGate, newA('MIT'), { gates, registries: saying({ kind: 'unknown', why }) })
    expect(away).toMatchObject({ rule: 'unresolved', severity: 'hold' })
    expect(away?.message).toContain(why)
    expect(await verdictsOf(licensesGate, newA('MIT'), { gates, registries: saying(expression('MIT')) })).toEqual([])
  })

  it('believes the registry where the lockfile lies about a license, and tells of the lie', async () => {
    const registries = saying(expression('GPL-3.0-only'))

    const [finding] = await findingsOf(licensesGate, newA('MIT'), { gates, registries })

    expect(finding).toMatchObject({ rule: 'forbidden', severity: 'block', path: 'package-lock.json', line: 8 })
    expect(finding?.message).toContain('`a@1.0.0` is under `GPL-3.0-only`')
    expect(finding?.message).toContain('Its lockfile says `MIT`')
    expect(
      await verdictsOf(licensesGate, newA('GPL-3.0-only'), { gates, registries: saying(expression('MIT')) }),
    ).toEqual(['declared-otherwise hold'])
    expect(await verdictsOf(licensesGate, newA('ISC'), { gates, registries: saying(expression('MIT')) })).toEqual([
      'declared-otherwise note',
    ])
  })

  it('holds another content than the registry has, whatever its license', async () => {
    const answer = { kind: 'found', license: expression('MIT') } as const

    const other = await verdictsOf(licensesGate, newA(), { gates, registries: saying({ ...answer, content: 'other' }) })
    const same = await verdictsOf(licensesGate, newA(), { gates, registries: saying({ ...answer, content: 'same' }) })

    expect(other).toEqual(['other-content hold'])
    expect(same).toEqual([])
  })

  it('holds a package from elsewhere that borrows the name of one in the registry', async () => {
    const from = (resolved: string) =>
      changed('package-lock.json', none, lockfile({ 'node_modules/a': { version: '1.0.0', resolved } }))
    const registries = saying(expression('MIT'))

    const git = await findingsOf(licensesGate, [from('git+ssh://git@example.com/a.git')], { gates, registries })

    expect(git).toMatchObject([{ rule: 'unresolved', severity: 'hold' }])
    expect(git[0]?.message).toContain('example.com')
    expect(await verdictsOf(licensesGate, newA(), { gates, registries })).toEqual([])
  })

  it('blocks packages that the policy denies, also where it lists no licenses, and lets others through', async () => {
    const deny = (...denyPackages: string[]) => ({ gates: { licenses: { denyPackages } } })

    expect(await verdictsOf(licensesGate, newA(), deny('pkg:npm/a'))).toContain('denied-package block')
    expect(await verdictsOf(licensesGate, newA(), deny('pkg:npm/a@1.0.0'))).toContain('denied-package block')
    expect(await verdictsOf(licensesGate, newA(), deny('pkg:npm/a@2.0.0', 'pkg:pypi/a'))).toEqual([
      'new-dependencies note',
    ])
    const range = [changed('package.json', manifest({}), manifest({ '@s/a': '^1.0.0' }))]
    expect(await verdictsOf(licensesGate, range, deny('pkg:npm/%40s/a@1.0.0'))).toContain('denied-package hold')
    expect(await verdictsOf(licensesGate, range, deny('pkg:npm/%40s/b@1.0.0'))).toEqual(['new-dependencies note'])
  })

  it('passes over the license of what the policy excepts, and of nothing else', async () => {
    const excepting = (exempt: string) => ({ gates: { licenses: { ...gates.licenses, exempt: [exempt] } } })

    expect(await verdictsOf(licensesGate, newA(), excepting('pkg:npm/a'))).toEqual([])
    expect(await verdictsOf(licensesGate, newA(), excepting('pkg:npm/a@2.0.0'))).toEqual(['unresolved hold'])
    expect(await verdictsOf(licensesGate, newA(), excepting('pkg:cargo/a'))).toEqual(['unresolved hold'])
  })

  it.each([
    [
      'a package that was there at the same version',
      changed('package-lock.json', locked('GPL-3.0-only'), locked('GPL-3.0-only')),
    ],
    ['a package that leaves', changed('package-lock.json', locked('GPL-3.0-only'), none)],
    [
      'a project of the repository itself',
      changed(
        'package-lock.json',
        none,
        lockfile({ 'packages/a': { version: '1.0.0' }, 'node_modules/a': { resolved: 'packages/a', link: true } }),
      ),
    ],
    ['a lockfile that is deleted', changed('package-lock.json', locked('GPL-3.0-only'), null)],
  ])('is quiet about %s', async (_what, file) => {
    expect(await verdictsOf(licensesGate, [file], { gates })).toEqual([])
  })

  it('judges a package again that moves to another version, and under its real name behind an alias', async () => {
    const aliased = lockfile({ 'node_modules/a': { name: 'b', version: '1.0.0' } })
    const registries = saying(expression('GPL-3.0-only'), 'a@2.0.0', 'b@1.0.0')

    const moved = [changed('package-lock.json', locked(), locked(undefined, '2.0.0'))]
    const [alias] = await findingsOf(licensesGate, [changed('npm-shrinkwrap.json', none, aliased)], {
      gates,
      registries,
    })

    expect(await verdictsOf(licensesGate, moved, { gates, registries })).toEqual(['forbidden block'])
    expect(alias?.message).toContain('`b@1.0.0`')
  })

  it('reads lockfiles of version 1, which say no license', async () => {
    const old = JSON.stringify({
      lockfileVersion: 1,
      dependencies: { a: { version: '1.0.0', dependencies: { b: { version: '2.0.0' } } } },
    })

    expect(await verdictsOf(licensesGate, [added('package-lock.json', old)], { gates })).toEqual([
      'unresolved hold',
      'unresolved hold',
    ])
  })

  it('holds a manifest’s new dependency that no lockfile of the change decides', async () => {
    const alone = [changed('package.json', manifest({}), manifest({ a: '^1.0.0' }))]
    const together = [...alone, changed('package-lock.json', none, locked())]
    const around = { gates, registries: saying(expression('MIT')) }

    expect(await verdictsOf(licensesGate, alone, around)).toEqual(['unresolved hold'])
    expect(await verdictsOf(licensesGate, together, around)).toEqual([])
    expect(await verdictsOf(licensesGate, [added('package.json', manifest({ a: '1.0.0' }))], around)).toEqual([])
    expect(await verdictsOf(licensesGate, [added('package.json', manifest({ a: 'workspace:*' }))], around)).toEqual([])
  })

  it('counts a manifest whose lockfile lies in another project, and not one below its lockfile', async () => {
    const around = { gates, registries: saying(expression('MIT')) }
    const asks = changed('web/package.json', manifest({}), manifest({ a: '^1.0.0' }))

    const apart = await verdictsOf(licensesGate, [asks, added('docs/package-lock.json', locked())], around)
    const above = await verdictsOf(licensesGate, [asks, added('package-lock.json', locked())], around)

    expect(apart).toEqual(['unresolved hold'])
    expect(above).toEqual([])
  })

  it('holds a lockfile that is a link, which npm would follow and nobody read; one among fixtures is nobody’s', async () => {
    const link = added('package-lock.json', 'docs/notes.json', '120000')

    expect(await verdictsOf(licensesGate, [link], { gates })).toEqual(['unresolved hold'])
    expect(await verdictsOf(licensesGate, [added('test/fixtures/bad/package.json', '{')], { gates })).toEqual([])
  })

  it('looks again at a version that gets another content, and at one that gets a digest at all', async () => {
    const bound = (integrity?: string) => lockfile({ 'node_modules/a': { version: '1.0.0', integrity } })
    const verdicts = (before: string, after: string) =>
      verdictsOf(licensesGate, [changed('package-lock.json', before, after)], { gates })

    expect(await verdicts(bound('sha512-AA=='), bound('sha512-BB=='))).toEqual(['unresolved hold'])
    expect(await verdicts(bound(), bound('sha512-BB=='))).toEqual(['unresolved hold'])
    expect(await verdicts(bound('sha512-AA=='), bound('sha512-AA=='))).toEqual([])
  })

  it('shows a registry’s words so that nothing of them is Markdown', async () => {
    const registries = saying(expression('MIT` [click](https://evil.example) `\u202e'))

    const [finding] = await findingsOf(licensesGate, newA(), { gates, registries })

    expect(finding?.message).toContain("`MIT' [click](https://evil.example) '\\u{202e}`")
  })

  it('holds a lockfile that cannot be read', async () => {
    expect(await verdictsOf(licensesGate, [added('package-lock.json', '{"packages": 1}')], { gates })).toEqual([
      'unresolved hold',
    ])
  })

  it('blocks on a policy that cannot be applied, and applies a list of denied licenses', async () => {
    const registries = saying(expression('GPL-3.0-only'))

    expect(await verdictsOf(licensesGate, newA(), { gates: { licenses: { deny: ['GPLv3'] } }, registries })).toEqual([
      'unreadable-policy block',
    ])
    expect(
      await verdictsOf(licensesGate, newA(), { gates: { licenses: { deny: ['GPL-3.0-only'] } }, registries }),
    ).toEqual(['forbidden block'])
  })

  it('only notes new dependencies when the policy lists no licenses', async () => {
    const entries = Object.fromEntries(
      Array.from({ length: 25 }, (_none, index) => [
        `node_modules/p${index}`,
        { version: '1.0.0', license: 'GPL-3.0-only' },
      ]),
    )

    const findings = await findingsOf(licensesGate, [changed('package-lock.json', none, lockfile(entries))])

    expect(findings).toMatchObject([{ rule: 'new-dependencies', severity: 'note' }])
    expect(findings[0]?.message).toContain('`p0@1.0.0` (GPL-3.0-only)')
    expect(findings[0]?.message).toContain('and 5 more')
  })

  it('asks no registry where the policy lists no licenses, nor for what no registry may be told', () => {
    const key = `ghp_${'0123456789abcdefghij'.repeat(2).slice(0, 36)}`
    const files = [
      changed(
        'package-lock.json',
        none,
        lockfile({
          'node_modules/a': { version: '1.0.0' },
          'node_modules/../../b': { version: '1.0.0' },
          'node_modules/c#d?e': { version: '1.0.0' },
          [`node_modules/${'f'.repeat(300)}`]: { version: '1.0.0' },
          'node_modules/g\nh': { version: '1.0.0' },
          'node_modules/i': { version: '1.0.0/../../x' },
          'node_modules/@s/j': { version: '2.0.0' },
          [`node_modules/${key}`]: { version: '1.0.0' },
        }),
      ),
    ]
    const asked = (around: Parameters<typeof gateInput>[1]) => {
      const { changeSet, policy } = gateInput(files, around)
      return packagesToAsk(changeSet, policy).map(({ name, version }) => `${name}@${version}`)
    }

    expect(asked({})).toEqual([])
    expect(asked({ gates: { licenses: { denyPackages: ['pkg:npm/a'] } } })).toEqual([])
    expect(asked({ gates })).toEqual(['a@1.0.0', '@s/j@2.0.0'])
  })
})
