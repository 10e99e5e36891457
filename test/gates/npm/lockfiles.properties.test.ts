/** What the reading of npm's lockfiles promises for every tree of packages. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareLockfiles } from '../../../worker/gates/npm/compare-lockfiles.ts'
import { entryLines } from '../../../worker/gates/npm/entry-lines.ts'
import { reachEntries } from '../../../worker/gates/npm/reach-entries.ts'
import {
  entriesOf,
  type LockEntry,
  type Lockfile,
  nameAt,
  readLockfile,
} from '../../../worker/gates/npm/read-lockfile.ts'

type Packages = Readonly<Record<string, LockEntry>>

const name = fc.stringMatching(/^(?:@[a-z]{1,3}\/)?[a-z][a-z0-9-]{0,5}$/)
const version = fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9)).map((parts) => parts.join('.'))

function entryOf(packageName: string, packageVersion: string, asks: readonly string[]): LockEntry {
  const file = `${packageName.split('/').at(-1)}-${packageVersion}.tgz`
  return {
    version: packageVersion,
    resolved: `https://r.example/${packageName}/-/${file}`,
    integrity: `sha512-${packageName}@${packageVersion}`,
    ...(asks.length === 0 ? {} : { dependencies: Object.fromEntries(asks.map((one) => [one, '*'])) }),
  }
}

/** As npm would write it: each package is asked for by the project or by an earlier one, some have a copy of their own. */
const honest: fc.Arbitrary<Packages> = fc
  .uniqueArray(fc.record({ name, version, by: fc.nat(), inside: fc.boolean() }), {
    selector: (one) => one.name,
    minLength: 1,
    maxLength: 8,
  })
  .map((all) => {
    const places = ['']
    const asks = new Map<string, string[]>([['', []]])
    const found = all.map((one) => {
      const owner = places[one.by % places.length] ?? ''
      const place = one.inside && owner !== '' ? `${owner}/node_modules/${one.name}` : `node_modules/${one.name}`
      asks.get(owner)?.push(one.name)
      asks.set(place, [])
      places.push(place)
      return { ...one, place }
    })
    const root = { dependencies: Object.fromEntries((asks.get('') ?? []).map((one) => [one, '*'])) }
    const rest = found.map((one) => [one.place, entryOf(one.name, one.version, asks.get(one.place) ?? [])] as const)
    return Object.fromEntries([['', root] as const, ...rest])
  })

const write = (packages: Packages) => JSON.stringify({ name: 'x', lockfileVersion: 3, packages }, null, 2)
const declaredIn = (packages: Packages) => new Set(Object.keys(packages['']?.dependencies ?? {}))
const placesIn = (packages: Packages) => Object.keys(packages).filter((place) => place !== '')

function read(packages: Packages): Lockfile {
  const lockfile = readLockfile(write(packages))
  if (lockfile === null) throw new Error('not read')
  return lockfile
}

/** A tree, and a place in it. */
const withPlace = honest.chain((packages) => fc.tuple(fc.constant(packages), fc.constantFrom(...placesIn(packages))))

describe('a lockfile', () => {
  it('is read as it was written, and each entry is on the line that its key is on', () => {
    fc.assert(
      fc.property(honest, (packages) => {
        expect(Object.fromEntries(entriesOf(read(packages)))).toEqual(packages)
        const lines = write(packages).split('\n')
        const found = entryLines(lines)
        for (const place of placesIn(packages)) {
          expect(lines[(found.get(place) ?? 0) - 1]?.trim()).toBe(`${JSON.stringify(place)}: {`)
        }
      }),
    )
  })

  it('of old npm is read in the same places', () => {
    const nested = (packages: Packages, below: string): Record<string, unknown> =>
      Object.fromEntries(
        Object.entries(packages).flatMap(([place, { dependencies: _, ...entry }]) => {
          const own = place.startsWith(below) && nameAt(place) === place.slice(below.length + 'node_modules/'.length)
          return own ? [[nameAt(place) ?? '', { ...entry, dependencies: nested(packages, `${place}/`) }]] : []
        }),
      )
    fc.assert(
      fc.property(honest, (packages) => {
        const text = JSON.stringify({ lockfileVersion: 1, dependencies: nested(packages, '') })
        const entries = entriesOf(readLockfile(text) ?? read({}))
        expect([...entries.keys()].toSorted()).toEqual(placesIn(packages).toSorted())
        for (const [place, entry] of entries) expect(entry.integrity).toBe(packages[place]?.integrity)
      }),
    )
  })

  it('that npm wrote has nothing to say against it, be it new, unchanged, or come to more', () => {
    fc.assert(
      fc.property(honest, (packages) => {
        const declared = declaredIn(packages)
        expect(compareLockfiles(null, read(packages), declared)).toEqual([])
        expect(compareLockfiles(read(packages), read(packages), null)).toEqual([])
        const [first = ''] = placesIn(packages)
        const one = { '': packages[''] ?? {}, [first]: packages[first] ?? {} }
        expect(compareLockfiles(read(one), read(packages), declared)).toEqual([])
      }),
    )
  })

  it.each([
    ['integrity', { integrity: 'sha512-other' }],
    ['integrity', { integrity: undefined }],
    ['host', { resolved: 'https://evil.example/x/-/x-1.0.0.tgz' }],
    ['name', { resolved: 'https://r.example/other/-/other-99.0.0.tgz', version: '99.0.0', integrity: 'sha512-new' }],
    ['source', { resolved: 'git+ssh://git@evil.example/x.git#1', version: '99.0.0' }],
    ['install-script', { hasInstallScript: true }],
  ] as const)(
    'that was tampered with (%s: %j) is caught at that place, wherever it is, and nowhere else',
    (kind, more) => {
      fc.assert(
        fc.property(withPlace, ([packages, place]) => {
          const tampered = { ...packages, [place]: { ...packages[place], ...more } }
          const issues = compareLockfiles(read(packages), read(tampered), declaredIn(packages))

          expect(issues.map((issue) => issue.kind)).toContain(kind)
          expect(new Set(issues.map((issue) => issue.place))).toEqual(new Set([place]))
        }),
      )
    },
  )

  it('with a package that nobody asks for is caught at that package', () => {
    fc.assert(
      fc.property(withPlace, ([packages, place]) => {
        const hidden = `${place}/node_modules/nobody-asks`
        const more = { ...packages, [hidden]: entryOf('nobody-asks', '1.0.0', []) }

        const issues = compareLockfiles(read(packages), read(more), declaredIn(packages))
        expect(issues).toEqual([{ kind: 'unreached', place: hidden }])
      }),
    )
  })

  it('whose project asks for more than its manifest is caught', () => {
    fc.assert(
      fc.property(honest, (packages) => {
        const root = { dependencies: { ...packages['']?.dependencies, 'not-declared': '*' } }
        const more = { ...packages, '': root, 'node_modules/not-declared': entryOf('not-declared', '1.0.0', []) }

        const issues = compareLockfiles(read(packages), read(more), declaredIn(packages))
        expect(issues).toContainEqual({ kind: 'manifest', place: 'node_modules/not-declared' })
      }),
    )
  })

  it('that tells old npm of another package than new is caught', () => {
    fc.assert(
      fc.property(withPlace, ([packages, place]) => {
        fc.pre(!place.includes('/node_modules/'))
        const legacy = { [nameAt(place) ?? '']: { version: '1.0.0', integrity: 'sha512-for-old-npm' } }
        const text = JSON.stringify({ lockfileVersion: 2, packages, dependencies: legacy })
        const after = readLockfile(text)

        expect(after && compareLockfiles(read(packages), after, null)).toContainEqual({ kind: 'sections', place })
      }),
    )
  })

  it('leads to no place that it does not have, and from a project to itself', () => {
    const any = fc.dictionary(
      fc.array(name, { maxLength: 3 }).map((all) => all.map((one) => `node_modules/${one}`).join('/')),
      fc.record({ dependencies: fc.dictionary(name, fc.constant('*')) }),
    )
    fc.assert(
      fc.property(any, (packages) => {
        const places = new Map(Object.entries(packages))
        const reached = reachEntries(places)
        for (const place of reached) expect(places.has(place)).toBe(true)
        expect(reached.has('')).toBe(places.has(''))
      }),
    )
  })

  it('that is none, or is broken, is read as none or compared without an exception', () => {
    const piece = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom<unknown>({ version: 1 }, { link: 'x' }, 'node_modules/a', ['a']),
    )
    fc.assert(
      fc.property(
        fc.record({ packages: piece, dependencies: piece }, { requiredKeys: [] }),
        honest,
        (broken, packages) => {
          const lockfile = readLockfile(JSON.stringify(broken))
          if (lockfile !== null) {
            const most = 10 * (entriesOf(lockfile).size + lockfile.legacy.size + 10)
            expect(compareLockfiles(read(packages), lockfile, null).length).toBeLessThan(most)
          }
        },
      ),
    )
  })
})
