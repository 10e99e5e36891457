import { describe, expect, it } from 'vitest'
import { licensesGate } from '../../../worker/gates/licenses/licenses-gate.ts'
import { added, changed, findingsOf, verdictsOf } from '../gate-input.ts'

type Entries = Readonly<Record<string, Readonly<Record<string, unknown>>>>

const lockfile = (entries: Entries, version = 3) =>
  JSON.stringify({ name: 'x', lockfileVersion: version, packages: { '': { name: 'x' }, ...entries } }, null, 2)
const locked = (license: unknown, version = '1.0.0') => lockfile({ 'node_modules/a': { version, license } })
const manifest = (dependencies: Readonly<Record<string, string>>) => JSON.stringify({ name: 'x', dependencies })
const policy = { gates: { licenses: { allow: ['MIT', 'ISC'] } } }
const none = lockfile({})

describe('licensesGate', () => {
  it.each([
    ['MIT', []],
    ['(MIT OR GPL-3.0-only)', []],
    ['GPL-3.0-only', ['forbidden block']],
    ['MIT AND GPL-3.0-only', ['forbidden block']],
    ['Unlicense', ['forbidden block']],
    ['UNLICENSED', ['unlicensed hold']],
    ['SEE LICENSE IN license.txt', ['unresolved hold']],
    ['BSD', ['unresolved hold']],
    ['', ['unresolved hold']],
    [undefined, ['unresolved hold']],
    [{ type: 'MIT' }, ['unresolved hold']],
  ])('judges a new package whose lockfile says %j', async (license, expected) => {
    expect(await verdictsOf(licensesGate, [changed('package-lock.json', none, locked(license))], policy)).toEqual(
      expected,
    )
  })

  it('names package, version and license, the file and the line', async () => {
    const [finding] = await findingsOf(
      licensesGate,
      [changed('package-lock.json', none, locked('GPL-3.0-only'))],
      policy,
    )

    expect(finding).toMatchObject({ rule: 'forbidden', path: 'package-lock.json', line: 8 })
    expect(finding?.message).toContain('`a@1.0.0` is under `GPL-3.0-only`')
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
    expect(await verdictsOf(licensesGate, [file], policy)).toEqual([])
  })

  it('judges a package again that moves to another version, and under its real name behind an alias', async () => {
    const aliased = lockfile({ 'node_modules/a': { name: 'b', version: '1.0.0', license: 'GPL-3.0-only' } })
    const moved = await verdictsOf(
      licensesGate,
      [changed('package-lock.json', locked('MIT'), locked('GPL-3.0-only', '2.0.0'))],
      policy,
    )
    const [alias] = await findingsOf(licensesGate, [changed('npm-shrinkwrap.json', none, aliased)], policy)

    expect(moved).toEqual(['forbidden block'])
    expect(alias?.message).toContain('`b@1.0.0`')
  })

  it('reads lockfiles of version 1, which say no license', async () => {
    const old = JSON.stringify({
      lockfileVersion: 1,
      dependencies: { a: { version: '1.0.0', dependencies: { b: { version: '2.0.0' } } } },
    })

    expect(await verdictsOf(licensesGate, [added('package-lock.json', old)], policy)).toEqual([
      'unresolved hold',
      'unresolved hold',
    ])
  })

  it('holds a manifest’s new dependency that no lockfile of the change decides', async () => {
    const alone = [changed('package.json', manifest({}), manifest({ a: '^1.0.0' }))]
    const together = [...alone, changed('package-lock.json', none, locked('MIT'))]

    expect(await verdictsOf(licensesGate, alone, policy)).toEqual(['unresolved hold'])
    expect(await verdictsOf(licensesGate, together, policy)).toEqual([])
    expect(await verdictsOf(licensesGate, [added('package.json', manifest({ a: 'workspace:*' }))], policy)).toEqual([])
  })

  it('holds a lockfile that cannot be read', async () => {
    expect(await verdictsOf(licensesGate, [added('package-lock.json', '{"packages": 1}')], policy)).toEqual([
      'unresolved hold',
    ])
  })

  it('blocks on a policy that cannot be applied, and applies a list of denied licenses', async () => {
    const files = [changed('package-lock.json', none, locked('GPL-3.0-only'))]

    expect(await verdictsOf(licensesGate, files, { gates: { licenses: { deny: ['GPLv3'] } } })).toEqual([
      'unreadable-policy block',
    ])
    expect(await verdictsOf(licensesGate, files, { gates: { licenses: { deny: ['GPL-3.0-only'] } } })).toEqual([
      'forbidden block',
    ])
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
})
