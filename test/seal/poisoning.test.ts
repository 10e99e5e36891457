import { lstat, mkdir, readdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSnapshots } from '../../worker/seal/create-snapshots.ts'
import { emptyFolders, type LeftBySetup, makeLeftBySetup, put } from './left-by-setup.ts'

const { signal } = new AbortController()
const limits = { bytes: 1e9, entries: 10_000, unfoldedBytes: 1e9, storeBytes: 1e9, maxAgeMs: 1000 }
const [shared, exact] = ['a'.repeat(64), 'b'.repeat(64)]
let left: LeftBySetup
let now = 1_000_000

beforeEach(async () => {
  left = await makeLeftBySetup()
})
afterEach(() => left[Symbol.asyncDispose]())

const store = () => join(left.root, 'snapshots')
const make = () => createSnapshots({ dir: store(), limits, now: () => now })

/** A commit with one file; setup adds dependencies and a cache. */
async function seal({ changes = false } = {}) {
  await emptyFolders(left)
  await put(left.root, 'workspace/src/a.js', changes ? 'changed' : 'a')
  await put(left.root, 'workspace/.git/config', '[core]')
  await put(left.root, 'workspace/node_modules/dep/index.js', 'dep')
  await put(left.root, 'home/.npm/cache', 'cache')
  const base = new Map([['src/a.js', `100644 1 ${gitShaOfA}`]])
  const sealed = await make().seal(
    { from: left.folders, secrets: new Map(), base, store: { shared, exact, repository: 7 } },
    signal,
  )
  if (sealed.kind !== 'sealed' || sealed.snapshot === null) throw new Error(JSON.stringify(sealed))
  return sealed.snapshot
}

const gitShaOfA = '2e65efe2a145dda7ee51d1741299f848e5bf752e'
const inStore = (path: string) => join(store(), shared, path)

describe('what setup only added', () => {
  it('is stored without the commit’s own files and its .git, and laid into another commit', async () => {
    const snapshot = await seal()

    expect(snapshot).toMatchObject({ key: shared, layer: ['node_modules'] })
    expect([...(await snapshot.kept()).keys()]).toEqual(['node_modules/dep/index.js'])
    await emptyFolders(left)
    await put(left.root, 'workspace/src/b.js', 'of another commit')
    const ready = await make().restore(snapshot, left.folders, { owner: null, seesMounts: true }, signal)
    await ready.place(signal)
    expect((await readdir(left.folders.workspace)).sort()).toEqual(['node_modules', 'src'])
    expect(await readFile(join(left.folders.home, '.npm/cache'), 'utf8')).toBe('cache')
  })

  it('is kept for its tree alone where setup changed a file of the commit', async () => {
    const snapshot = await seal({ changes: true })

    expect(snapshot).toMatchObject({ key: exact, layer: null })
    expect(await make().find(shared, signal)).toEqual({ missing: 'none' })
  })
})

describe('a stored snapshot', () => {
  it('is used while it is as it was stored: the control', async () => {
    await seal()

    expect(await make().find(shared, signal)).toMatchObject({ key: shared })
  })

  it.each<[string, () => Promise<unknown>]>([
    ['a file was written into, with its size and times kept', writeQuietly],
    ['a file was put in another’s place', replaceFile],
    ['a file was added', () => writeFile(inStore('workspace/node_modules/more.js'), 'evil')],
    ['a file is gone', () => rm(inStore('home/.npm/cache'))],
    ['a symlink was added', () => symlink('/etc', inStore('workspace/node_modules/etc'))],
    ['its list of kept files was changed', () => writeFile(inStore('kept.json'), '[]')],
    ['its description was changed', changeAbout],
    ['it was put under another key', () => moveKey()],
  ])('is thrown away where %s', async (name, tamper) => {
    await seal()
    await tamper()

    const key = name.includes('another key') ? exact : shared
    expect(await make().find(key, signal)).toEqual({ missing: 'changed' })
    expect(await readdir(store())).not.toContain(key)
  })

  it('is thrown away where it is too old', async () => {
    await seal()
    now += limits.maxAgeMs + 1

    expect(await make().find(shared, signal)).toEqual({ missing: 'too-old' })
  })

  it('does not change by what an agent does to its own copy', async () => {
    const snapshot = await seal()
    await emptyFolders(left)
    const ready = await make().restore(snapshot, left.folders, { owner: null, seesMounts: true }, signal)
    await ready.place(signal)
    const copied = join(left.folders.workspace, 'node_modules/dep/index.js')
    const stored = inStore('workspace/node_modules/dep/index.js')
    expect((await lstat(copied)).ino).not.toBe((await lstat(stored)).ino)

    await writeFile(copied, 'evil')

    expect(await readFile(stored, 'utf8')).toBe('dep')
    expect(await make().find(shared, signal)).toMatchObject({ key: shared })
  })

  it('is not made by a job that may not store: its folders go to that job alone', async () => {
    await put(left.root, 'workspace/a', 'a')
    const input = { from: left.folders, secrets: new Map(), base: new Map(), store: null }

    const sealed = await make().seal(input, signal)

    expect(sealed).toMatchObject({ kind: 'sealed', snapshot: null })
    expect(await readdir(left.root)).not.toContain('snapshots')
    const into = { workspace: join(left.root, 'agent-workspace'), home: join(left.root, 'agent-home') }
    await mkdir(into.workspace)
    await make().handOver(left.folders, into, signal)
    expect(await readdir(into.workspace)).toEqual(['a'])
  })
})

async function writeQuietly(): Promise<void> {
  const path = inStore('workspace/node_modules/dep/index.js')
  const { atime, mtime } = await lstat(path)
  await writeFile(path, 'bad')
  await utimes(path, atime, mtime)
}

async function replaceFile(): Promise<void> {
  const path = inStore('workspace/node_modules/dep/index.js')
  const { atime, mtime } = await lstat(path)
  await writeFile(`${path}.new`, 'bad')
  await utimes(`${path}.new`, atime, mtime)
  await rename(`${path}.new`, path)
}

async function changeAbout(): Promise<void> {
  const about = JSON.parse(await readFile(inStore('about.json'), 'utf8'))
  await writeFile(inStore('about.json'), JSON.stringify({ ...about, createdAt: about.createdAt + 1 }))
}

function moveKey(): Promise<void> {
  return rename(join(store(), shared), join(store(), exact))
}
