import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { keyOfPackage, type PackageVersion } from '../../worker/contract/index.ts'
import { createAnswerCache } from '../../worker/registries/answer-cache.ts'
import { type AskLimits, createRegistries } from '../../worker/registries/create-registries.ts'
import { readNpmAccess } from '../../worker/registries/npm-access.ts'
import { registriesOf } from '../../worker/registries/registry-places.ts'
import { type Answer, startRegistry } from './stand-in.ts'

const limits: AskLimits = { packages: 100, misses: 100, concurrency: 2, totalMs: 30_000 }
const signal = new AbortController().signal

function packageOf(name: string, version = '1.0.0'): PackageVersion {
  return { ecosystem: 'npm', name, version, integrity: [] }
}

const document = (name: string, license = 'MIT') => ({ name, version: '1.0.0', license })

function registriesAt(npm: string | null, npmrc = '') {
  const npmRegistries = npm === null ? [] : [npm]
  const access = readNpmAccess([npmrc], { TOKEN: 'from-env' })
  return async () => registriesOf({ npmRegistries, pipIndexes: [], goProxy: null }, access)
}

async function kindsOf(
  answers: Readonly<Record<string, Answer>>,
  names: readonly string[],
  more: Partial<AskLimits> = {},
) {
  await using server = await startRegistry(answers)
  const registries = createRegistries({
    registries: registriesAt(server.url),
    cache: null,
    limits: { ...limits, ...more },
  })
  const packages = names.map((name) => packageOf(name))
  const got = await registries.ask(packages, signal)
  return { asked: server.asked.length, kinds: packages.map((one) => got.get(keyOfPackage(one))?.kind) }
}

describe('createRegistries', () => {
  it('takes no answer from a registry that is away, redirects, is too slow, talks without end or nonsense; a good one is taken', async () => {
    const { kinds } = await kindsOf(
      {
        '/a/1.0.0': document('a'),
        '/b/1.0.0': (response) => response.writeHead(500).end(),
        '/c/1.0.0': (response) => response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end(),
        '/d/1.0.0': (response) => response.destroy(),
        '/e/1.0.0': 'no JSON',
        '/f/1.0.0': 'x'.repeat(9 * 1024 * 1024),
        '/g/1.0.0': { name: 'g' },
      },
      ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'],
    )

    expect(kinds).toEqual(['found', 'unknown', 'unknown', 'unknown', 'unknown', 'unknown', 'unknown', 'missing'])
  })

  it('follows no redirect to where an answer points', async () => {
    await using inner = await startRegistry({ '/latest': 'secret' })

    const { kinds } = await kindsOf(
      { '/a/1.0.0': (response) => response.writeHead(301, { location: `${inner.url}/latest` }).end() },
      ['a'],
    )

    expect(kinds).toEqual(['unknown'])
    expect(inner.asked).toEqual([])
  })

  it('ends in time where a registry never answers', async () => {
    const { kinds } = await kindsOf({ '/a/1.0.0': () => {} }, ['a', 'b'], { totalMs: 300, concurrency: 1 })

    expect(kinds).toEqual(['unknown', 'unknown'])
  })

  it('carries no more than a few made-up names out of the host, and any number of real ones', async () => {
    const words = Array.from({ length: 60 }, (_none, index) => `the-code-in-pieces-${index}`)
    const real = Object.fromEntries(words.map((name) => [`/${name}/1.0.0`, document(name)]))

    const made = await kindsOf({}, words, { misses: 5 })
    const known = await kindsOf(real, words, { misses: 5 })

    expect(made.asked).toBeLessThanOrEqual(5 + limits.concurrency)
    expect(new Set(made.kinds)).toEqual(new Set(['missing', 'unknown']))
    expect(known.asked).toBe(60)
    expect(new Set(known.kinds)).toEqual(new Set(['found']))
  })

  it('asks for no more than a bounded number of packages', async () => {
    const { asked, kinds } = await kindsOf({ '/a/1.0.0': document('a') }, ['a', 'b', 'c'], { packages: 2 })

    expect(asked).toBe(2)
    expect(kinds).toEqual(['found', 'missing', 'unknown'])
  })

  it('asks nobody where this host has no registry, and stops when it is told to', async () => {
    const none = createRegistries({ registries: registriesAt(null), cache: null })
    const stopped = AbortSignal.abort(new Error('stopped'))

    expect((await none.ask([packageOf('a')], signal)).get(keyOfPackage(packageOf('a')))).toMatchObject({
      kind: 'unknown',
    })
    await using server = await startRegistry({})
    const registries = createRegistries({ registries: registriesAt(server.url), cache: null })
    await expect(registries.ask([packageOf('a')], stopped)).rejects.toThrow('stopped')
    expect(server.asked).toEqual([])
  })

  it('sends the user and password of the operator’s address as a header, and to that registry alone', async () => {
    await using server = await startRegistry({ '/a/1.0.0': document('a') })
    const address = server.url.replace('//', '//me:p%40ss@')
    const registries = createRegistries({ registries: registriesAt(address), cache: null })

    await registries.ask([packageOf('a')], signal)

    expect(server.headers().authorization).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`)
  })

  it('asks the registry of a scope with the token that is written for it', async () => {
    await using own = await startRegistry({ '/npm/%40acme%2Fa/1.0.0': document('@acme/a', 'LicenseRef-Acme') })
    await using main = await startRegistry({ '/b/1.0.0': document('b') })
    const place = own.url.replace('http:', '')
    const npmrc = `@acme:registry=${own.url}/npm/\n${place}/npm/:_authToken=$\{TOKEN}\n${place}/:_authToken=wider\n`
    const ask = (name: string) =>
      createRegistries({ registries: registriesAt(main.url, npmrc), cache: null }).ask([packageOf(name)], signal)

    expect((await ask('@acme/a')).get(keyOfPackage(packageOf('@acme/a')))).toMatchObject({ kind: 'found' })
    expect((await ask('b')).get(keyOfPackage(packageOf('b')))).toMatchObject({ kind: 'found' })
    expect(own.headers().authorization).toBe('Bearer from-env')
    expect(main.headers().authorization).toBeUndefined()
    expect([own.asked, main.asked]).toEqual([['/npm/%40acme%2Fa/1.0.0'], ['/b/1.0.0']])
  })

  it.each([
    ['another host by a redirect', (own: string, other: string) => ({ registry: own, redirect: `${other}/a/1.0.0` })],
    ['a registry on another port', (_own: string, other: string) => ({ registry: other, redirect: null })],
  ])('carries a token to no %s', async (_where, place) => {
    await using other = await startRegistry({ '/a/1.0.0': document('a') })
    let location = ''
    await using own = await startRegistry({
      '/a/1.0.0': (response) => response.writeHead(302, { location }).end(),
      '/b/1.0.0': document('b'),
    })
    const { registry, redirect } = place(own.url, other.url)
    location = redirect ?? ''
    const npmrc = `${own.url.replace('http:', '')}/:_authToken=secret-token\n`
    const ask = (at: string, name: string) =>
      createRegistries({ registries: registriesAt(at, npmrc), cache: null }).ask([packageOf(name)], signal)

    await ask(registry, 'a')
    expect(other.headers().authorization).toBeUndefined()
    await ask(own.url, 'b')
    expect(own.headers().authorization).toBe('Bearer secret-token')
  })

  it.each(['ftp://npm.example.com/', 'no address'])(
    'asks the common registry for no package of a scope that has its own, even where that is %s',
    async (address) => {
      await using main = await startRegistry({ '/%40acme%2Fa/1.0.0': document('@acme/a') })
      const ask = async (npmrc: string) => {
        const registries = createRegistries({ registries: registriesAt(main.url, npmrc), cache: null })
        return (await registries.ask([packageOf('@acme/a')], signal)).get(keyOfPackage(packageOf('@acme/a')))?.kind
      }

      expect(await ask(`@acme:registry=${address}`)).toBe('unknown')
      expect(main.asked).toEqual([])
      expect(await ask(`@other:registry=${address}`)).toBe('found')
    },
  )

  it('reads what npm reads: comments, quotes, users, and no variable that is not set', () => {
    const text = [
      '; //a.test/:_authToken=no',
      '//a.test/:_authToken="quoted"',
      `//b.test/:_authToken=$\{MISSING}`,
      '//c.test/:username=me',
      `//c.test/:_password=${Buffer.from('p@ss').toString('base64')}`,
      '//d.test/:_auth=bWU6cA==',
    ].join('\n')
    const access = readNpmAccess([text, '//a.test/:_authToken=of-the-machine'], {})
    const of = (host: string) => access.headersFor(new URL(`https://${host}/x`)).authorization

    expect(['a.test', 'b.test', 'c.test', 'd.test', 'evil-a.test', 'a.test.evil'].map(of)).toEqual([
      ...['Bearer quoted', undefined, `Basic ${Buffer.from('me:p@ss').toString('base64')}`, 'Basic bWU6cA=='],
      ...[undefined, undefined],
    ])
  })

  it('keeps what a registry told of a version and content, for a time, and nothing else', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'airlock-answers-'))
    try {
      await using server = await startRegistry({
        '/a/1.0.0': document('a'),
        '/b/1.0.0': { name: 'b', version: '1.0.0' },
      })
      const ask = async (...packages: PackageVersion[]) => {
        const cache = createAnswerCache(dir, Date.now)
        await createRegistries({ registries: registriesAt(server.url), cache, limits }).ask(packages, signal)
        return server.asked.splice(0)
      }

      expect(await ask(packageOf('a'), packageOf('b'), packageOf('c'))).toHaveLength(3)
      expect(await ask(packageOf('a'), packageOf('b'), packageOf('c'))).toEqual(['/b/1.0.0', '/c/1.0.0'])
      expect(await ask({ ...packageOf('a'), integrity: ['sha512-AAAA'] })).toEqual(['/a/1.0.0'])
      const long = new Date(Date.now() - 40 * 24 * 60 * 60_000)
      for (const name of await readdir(dir)) await utimes(join(dir, name), long, long)
      expect(await ask(packageOf('a'))).toEqual(['/a/1.0.0'])
    } finally {
      await rm(dir, { recursive: true, force: true })
    }
  })
})
