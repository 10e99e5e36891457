import { chmod, link, lstat, mkdir, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deflateSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { blobHash } from '../../worker/git/fingerprint.ts'
import { plantHoneytokens } from '../../worker/seal/honeytokens.ts'
import { searchFolders } from '../../worker/seal/search-folders.ts'
import type { SearchLimits } from '../../worker/seal/search-result.ts'
import { emptyFolders, fitsIntoName, type LeftBySetup, makeLeftBySetup, places, put, run } from './left-by-setup.ts'

type Plant = [name: string, plant: (path: string) => Promise<unknown>, why: string]

const canary = 'npm_cAnArY0f+Setup7Qz'
const secrets = new Map([
  ['OTHER', 'another-secret-value'],
  ['NPM_TOKEN', canary],
])
const limits: SearchLimits = { bytes: 1024 ** 3, entries: 10_000, unfoldedBytes: 1024 ** 3 }
let left: LeftBySetup

beforeAll(async () => {
  left = await makeLeftBySetup()
})
beforeEach(() => emptyFolders(left))
afterAll(() => left[Symbol.asyncDispose]())

const search = (over: Partial<SearchLimits> = {}, wanted: ReadonlyMap<string, string> = secrets) =>
  searchFolders({ ...left.folders, secrets: wanted, limits: { ...limits, ...over } })

const encodings: readonly (readonly [string, (value: string) => Buffer])[] = [
  ['raw', (value) => Buffer.from(value)],
  ['base64', (value) => Buffer.from(Buffer.from(`user:${value}`).toString('base64'))],
  ['base64', (value) => Buffer.from(Buffer.from(`u:${value}`).toString('base64'))],
  ['base64', (value) => Buffer.from(Buffer.from(value).toString('base64'))],
  ['hex', (value) => Buffer.from(Buffer.from(value).toString('hex'))],
  ['url', (value) => Buffer.from(encodeURIComponent(value))],
  ['reversed', (value) => Buffer.from(value).reverse()],
  ['utf16le', (value) => Buffer.from(value, 'utf16le')],
  ['gzip', (value) => gzipSync(`${'some text before it '.repeat(20)}${value}`)],
  ['zlib', (value) => deflateSync(`${'some text before it '.repeat(20)}${value}`)],
]

describe('what setup left is searched for every secret', () => {
  it.each(places)('in: %s', async (place, plant) => {
    let looked = 0
    for (const [encoding, write] of encodings) {
      const written = write(canary)
      const isName = ['symlink', 'file name', 'folder name'].includes(place)
      if (isName && (!fitsIntoName(written) || encoding === 'gzip' || encoding === 'zlib')) continue
      await emptyFolders(left)
      await plant(left, written)

      const result = await search()

      expect(result, `${encoding} in ${place}`).toMatchObject({ kind: 'secret-found', secret: 'NPM_TOKEN' })
      expect(JSON.stringify(result)).not.toContain(written.toString('utf8'))
      looked += 1
    }
    expect(looked).toBeGreaterThanOrEqual(6)
  })

  it('and is clean where there is none, in all of these places at once', async () => {
    for (const [, plant] of places) await plant(left, Buffer.from('harmless'))

    expect((await search()).kind).toBe('clean')
  })

  it('says where, which and how, and never the value', async () => {
    await put(left.root, 'home/.npmrc', `//registry/:_auth=${Buffer.from(`u:${canary}`).toString('base64')}`)

    expect(await search()).toEqual({
      kind: 'secret-found',
      path: 'home/.npmrc',
      secret: 'NPM_TOKEN',
      encoding: 'base64',
    })
  })

  it('does not repeat a name that is the secret', async () => {
    await mkdir(join(left.folders.home, 'a', canary, 'b'), { recursive: true })

    expect(await search()).toMatchObject({ path: 'home/a/[a name that holds it]' })
  })

  it('finds a value that spans folders', async () => {
    await mkdir(join(left.folders.home, 'first/half-second'), { recursive: true })

    expect(await search({}, new Map([['S', 'first/half-second']]))).toMatchObject({ kind: 'secret-found' })
  })
})

describe('the tokens that are planted in each search', () => {
  it('are found, counted, and gone afterwards', async () => {
    await put(left.root, 'workspace/a', 'a')

    expect(await search()).toMatchObject({ kind: 'clean', honeytokens: 3 })
    expect(await readdir(left.folders.workspace)).toEqual(['a'])
    expect(await readdir(left.folders.home)).toEqual([])
  })

  it('refuse what a search that does not see them has said', async () => {
    const blind = (input: Parameters<typeof plantHoneytokens>[0]) => {
      const planted = plantHoneytokens(input)
      // As if the search looked for something else: the tokens lie there and are not known.
      return { ...planted, value: 'honey_that_nobody_planted' }
    }

    const result = await searchFolders({ ...left.folders, secrets, limits }, blind)

    expect(result).toMatchObject({ kind: 'unsafe', why: expect.stringContaining('proves nothing') })
  })
})

describe('what can be kept', () => {
  /** Only root can make one, in a sandbox nobody can. */
  const device: Plant = ['a device', (path) => run('mknod', path, 'c', '1', '3'), 'device']

  it('fingerprints every file and symlink of the workspace but its top .git, and nothing of the home', async () => {
    await put(left.root, 'workspace/a/b.txt', 'b')
    await put(left.root, 'workspace/.git/config', 'c')
    await put(left.root, 'home/x', 'x')
    await symlink('a', join(left.folders.workspace, 'link'))
    await writeFile(Buffer.concat([Buffer.from(`${left.folders.workspace}/`), Buffer.from([0xff])]), 'odd')

    const result = await search()

    if (result.kind !== 'clean') throw new Error(result.kind)
    const sha = (content: string) => blobHash(content.length).update(content).digest('hex')
    expect([...result.kept].sort()).toEqual([
      ['\0\xff', `100644 3 ${sha('odd')}`],
      ['a/b.txt', `100644 1 ${sha('b')}`],
      ['link', `120000 1 ${sha('a')}`],
    ])
  })

  it('drops sockets and FIFOs, which hold nothing', async () => {
    const fifo = join(left.folders.home, 'fifo')
    await run('mkfifo', fifo)

    expect((await search()).kind).toBe('clean')
    await expect(lstat(fifo)).rejects.toThrow(/ENOENT/)
  })

  it('follows no symlink out of the folders', async () => {
    await put(left.root, 'outside/secret', canary)
    await symlink(join(left.root, 'outside'), join(left.folders.home, 'dir'))
    await symlink(join(left.root, 'outside/secret'), join(left.folders.home, 'file'))

    expect((await search()).kind).toBe('clean')
    await rm(join(left.root, 'outside'), { recursive: true })
  })

  const plants: Plant[] = [
    ...(process.getuid?.() === 0 ? [device] : []),
    ['a setuid file', (path: string) => writeFile(path, 'x').then(() => chmod(path, 0o4755)), 'setuid'],
    ['a sparse file of 8 TB', (path: string) => writeFile(path, '').then(() => truncate(path, 8 * 1024 ** 4)), 'bytes'],
    [
      'a hard link to a file of the host',
      async (path: string) => {
        await writeFile(join(left.root, 'host'), 'x')
        await link(join(left.root, 'host'), path)
      },
      'hard link',
    ],
  ]

  it.each(plants)('refuses %s', async (_, plant, why) => {
    await plant(join(left.folders.home, 'planted'))

    expect(await search()).toMatchObject({ kind: 'unsafe', path: 'home/planted', why: expect.stringContaining(why) })
  })

  it('takes hard links among its own', async () => {
    await put(left.root, 'home/one', 'x')
    await link(join(left.folders.home, 'one'), join(left.folders.workspace, 'two'))

    expect((await search()).kind).toBe('clean')
  })

  it('refuses more files than can be searched', async () => {
    for (const name of ['a', 'b', 'c']) await put(left.root, `home/${name}`, 'x')

    expect(await search({ entries: 2 })).toMatchObject({ kind: 'unsafe', why: 'there are more than 2 files' })
    expect((await search({ entries: 3 })).kind).toBe('clean')
  })

  it('takes its own tokens away again, also where it ends before it has found them', async () => {
    for (const name of ['a', 'b', 'c']) await put(left.root, `home/${name}`, 'x')

    for (let turn = 0; turn < 8; turn += 1) await search({ entries: 1 })

    expect(await readdir(left.folders.workspace)).toEqual([])
    expect((await readdir(left.folders.home)).sort()).toEqual(['a', 'b', 'c'])
  })
})
