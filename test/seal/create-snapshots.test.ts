import {
  appendFile,
  chmod,
  link,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SnapshotError } from '../../worker/pipeline/ports/index.ts'
import { createSnapshots, type SnapshotLimits } from '../../worker/seal/create-snapshots.ts'
import type { Overlays } from '../../worker/seal/overlays.ts'
import { emptyFolders, type LeftBySetup, makeLeftBySetup, put, run } from './left-by-setup.ts'

const key = (letter: string) => letter.repeat(64)
const { signal } = new AbortController()
const secrets = new Map([['NPM_TOKEN', 'npm_cAnArY0f+Setup7Qz']])
const limits: SnapshotLimits = { bytes: 1e9, entries: 10_000, unfoldedBytes: 1e9, storeBytes: 1e9, maxAgeMs: 1e9 }
let left: LeftBySetup

beforeEach(async () => {
  left = await makeLeftBySetup()
})
afterEach(() => left[Symbol.asyncDispose]())

const store = () => join(left.root, 'snapshots')
const make = (over: Partial<SnapshotLimits> = {}) => createSnapshots({ dir: store(), limits: { ...limits, ...over } })
const fresh = (name = 'fresh') => ({
  workspace: join(left.root, name, 'workspace'),
  home: join(left.root, name, 'home'),
})

/** Stored as the whole workspace of one tree. */
function seal(
  exact: string,
  over: Partial<SnapshotLimits> = {},
  wanted: ReadonlyMap<string, string> = secrets,
  stop = signal,
) {
  const input = { from: left.folders, secrets: wanted, base: new Map(), store: { shared: null, exact, repository: 7 } }
  return make(over).seal(input, stop)
}

async function sealed(letter = 'a', over: Partial<SnapshotLimits> = {}) {
  const result = await seal(key(letter), over)
  if (result.kind !== 'sealed' || result.snapshot === null) throw new Error(JSON.stringify(result))
  return result.snapshot
}

async function restored(
  snapshot: Awaited<ReturnType<typeof sealed>>,
  owner: { uid: number; gid: number } | null = null,
) {
  const into = fresh()
  await mkdir(into.workspace, { recursive: true })
  await mkdir(into.home, { recursive: true })
  const ready = await make().restore(snapshot, into, { owner, seesMounts: true }, signal)
  await ready.place(signal)
  return into
}

describe('a sealed snapshot', () => {
  it('is found again under its key, with what setup left', async () => {
    await put(left.root, 'workspace/a.txt', 'a')

    const snapshot = await sealed()

    const found = await make().find(key('a'), signal)
    expect((await snapshot.kept()).size).toBe(1)
    expect(found).toMatchObject({ key: snapshot.key, layer: snapshot.layer })
    expect('key' in found && (await found.kept())).toEqual(await snapshot.kept())
    expect(await make().find(key('b'), signal)).toEqual({ missing: 'none' })
  })

  it('gives out its files only where all are as they were, with so many that looking at them goes on beside its use', async () => {
    for (let number = 0; number < 600; number += 1) await put(left.root, `workspace/many/${number}`, 'a')
    const snapshot = await sealed()
    const find = async () => {
      const found = await make().find(key('a'), signal)
      if (!('key' in found)) throw new Error(found.missing)
      return found
    }

    expect(await (await find()).kept()).toEqual(await snapshot.kept())
    await appendFile(join(store(), key('a'), 'workspace/many/599'), ' evil')
    await expect((await find()).kept()).rejects.toThrow(SnapshotError)
    expect(await make().find(key('a'), signal)).toEqual({ missing: 'none' })
  })

  it('stays where another job made it again while the one before was still looked at', async () => {
    const many = async () => {
      for (let number = 0; number < 600; number += 1) await put(left.root, `workspace/many/${number}`, 'a')
      return sealed()
    }
    await many()
    await appendFile(join(store(), key('a'), 'workspace/many/599'), ' evil')
    const found = await make().find(key('a'), signal)
    // Its look ends, with nobody there to hear of it yet.
    await sleep(500)
    await rm(join(store(), key('a')), { recursive: true })
    await emptyFolders(left)
    await many()

    await expect('key' in found && found.kept()).rejects.toThrow(SnapshotError)
    expect(await make().find(key('a'), signal)).toMatchObject({ key: key('a') })
  })

  it('is looked at no further when its job has ended', async () => {
    for (let number = 0; number < 600; number += 1) await put(left.root, `workspace/many/${number}`, 'a')
    await sealed()
    const stop = new AbortController()

    const found = await make().find(key('a'), stop.signal)
    stop.abort()

    await expect('key' in found && found.kept()).rejects.toThrow('aborted')
    expect(await make().find(key('a'), signal)).toMatchObject({ key: key('a') })
  })

  it('comes back with content, modes, times, links and symlinks, as its new owner’s', async () => {
    await put(left.root, 'workspace/bin/run', '#!/bin/sh\n')
    await chmod(join(left.folders.workspace, 'bin/run'), 0o755)
    await utimes(join(left.folders.workspace, 'bin/run'), 1_000_000, 1_000_000)
    await link(join(left.folders.workspace, 'bin/run'), join(left.folders.workspace, 'again'))
    await symlink('/etc/hostname', join(left.folders.home, 'link'))
    const host = await stat('/etc/hostname')

    // An ordinary user can give files to nobody but itself.
    const uid = process.getuid?.() ?? 0
    const owner = uid === 0 ? { uid: 54321, gid: 54321 } : { uid, gid: process.getgid?.() ?? 0 }
    const into = await restored(await sealed(), owner)

    const run = await stat(join(into.workspace, 'bin/run'))
    expect(await readFile(join(into.workspace, 'bin/run'), 'utf8')).toBe('#!/bin/sh\n')
    expect(run).toMatchObject({ ...owner, mtimeMs: 1_000_000_000, nlink: 2 })
    expect(run.mode & 0o777).toBe(0o755)
    expect(await readlink(join(into.home, 'link'))).toBe('/etc/hostname')
    expect((await lstat(join(into.home, 'link'))).uid).toBe(owner.uid)
    expect(await stat('/etc/hostname')).toMatchObject({ uid: host.uid, mode: host.mode })
    expect((await stat(into.workspace)).mode & 0o777).toBe(0o700)
  })

  it('does not change through a copy of it', async () => {
    await put(left.root, 'workspace/a.txt', 'a')
    const snapshot = await sealed()
    const into = await restored(snapshot)

    await appendFile(join(into.workspace, 'a.txt'), ' evil')
    await writeFile(join(into.workspace, 'new'), 'evil')
    const again = await restored(snapshot)

    expect(await readdir(again.workspace)).toEqual(['a.txt'])
    expect(await readFile(join(again.workspace, 'a.txt'), 'utf8')).toBe('a')
  })

  it('leaves extended attributes behind, which were not searched', async () => {
    await put(left.root, 'home/a', 'a')
    const [set, list] = process.arch === 'arm64' ? [5, 11] : [188, 194]
    const perl = (script: string, path: string) => run('perl', '-e', script, path)
    const attributesOf = (path: string) =>
      perl(`$b = " " x 200; $n = syscall(${list}, $ARGV[0], $b, 200); print substr($b, 0, $n)`, path)
    await perl(
      `$v = "a secret"; syscall(${set}, $ARGV[0], $n = "user.token", $v, 8, 0) and die $!`,
      join(left.folders.home, 'a'),
    )
    expect(await attributesOf(join(left.folders.home, 'a'))).toContain('user.token')

    const into = await restored(await sealed())

    expect(await attributesOf(join(into.home, 'a'))).not.toContain('user.token')
  })

  it('keeps what another worker sealed under the same key meanwhile', async () => {
    await put(left.root, 'workspace/a.txt', 'first')
    const first = await sealed()
    await emptyFolders(left)
    await put(left.root, 'workspace/a.txt', 'second')

    const second = await sealed()

    expect(second.key).toBe(first.key)
    expect(await second.kept()).toEqual(await first.kept())
    expect(await readdir(store())).toEqual(['.key', key('a')])
  })
})

describe('what is not sealed', () => {
  it('destroys everything where a secret was left behind, and stores nothing', async () => {
    await put(left.root, 'workspace/a.txt', 'a')
    await put(left.root, 'home/.npmrc', `token=${secrets.get('NPM_TOKEN')}`)

    const result = await seal(key('a'))

    expect(result).toEqual({ kind: 'secret-found', path: 'home/.npmrc', secret: 'NPM_TOKEN', encoding: 'raw' })
    expect(await readdir(left.root)).toEqual([])
    expect(await make().find(key('a'), signal)).toEqual({ missing: 'none' })
  })

  it('destroys everything where something cannot be kept, also in folders without permissions', async () => {
    await put(left.root, 'home/cache/ro/file', 'x')
    await writeFile(join(left.folders.home, 'setuid'), 'x')
    await chmod(join(left.folders.home, 'setuid'), 0o4755)
    await chmod(join(left.folders.home, 'cache/ro'), 0o500)

    expect((await seal(key('a'))).kind).toBe('unsafe')
    expect(await readdir(left.root)).toEqual([])
  })

  it('refuses a secret too short to be searched for, by name', async () => {
    const result = await seal(key('a'), {}, new Map([['PIN', '1234']]))

    expect(result).toEqual({ kind: 'unsafe', path: 'secret PIN', why: 'shorter than 6 bytes: not searchable' })
    expect(await readdir(left.root)).toEqual([])
  })

  it('destroys everything when it is cancelled', async () => {
    await put(left.root, 'workspace/a.txt', 'a')

    const running = seal(key('a'), {}, secrets, AbortSignal.abort(new Error('stopped')))

    await expect(running).rejects.toThrow('stopped')
    expect(await readdir(left.root)).toEqual([])
  })

  it.each(['../escape', 'short', `${'a'.repeat(63)}/`])('takes no key that is not a digest: %j', async (bad) => {
    await expect(make().find(bad, signal)).rejects.toThrow()
    await expect(seal(bad)).rejects.toThrow()
  })
})

describe('the store', () => {
  it('treats half a snapshot as none, and replaces it', async () => {
    await put(left.root, 'workspace/a.txt', 'a')
    await sealed()
    await writeFile(join(store(), key('a'), 'kept.json'), '[["a')

    expect(await make().find(key('a'), signal)).toEqual({ missing: 'changed' })
    expect(await readdir(store())).toEqual(['.key'])
  })

  it('removes the least recently used beyond its budget, never one in use, and what dead workers left', async () => {
    const hours = (count: number) => new Date(Date.now() - count * 3_600_000)
    const age = (name: string, count: number) => utimes(join(store(), name), hours(count), hours(count))
    for (const letter of ['a', 'b', 'c']) {
      await emptyFolders(left)
      await put(left.root, 'workspace/a.txt', 'x'.repeat(1000))
      await sealed(letter)
    }
    await age(`${key('a')}/about.json`, 3)
    await age(`${key('b')}/about.json`, 5)
    await mkdir(join(store(), '.staging-dead/workspace'), { recursive: true })
    await age('.staging-dead', 25)
    await mkdir(join(store(), '.staging-alive'))
    await make().find(key('b'), signal)

    await emptyFolders(left)
    await put(left.root, 'workspace/a.txt', 'x'.repeat(1000))
    await sealed('d', { storeBytes: 2500 })

    expect((await readdir(store())).sort()).toEqual(['.key', '.staging-alive', key('b'), key('c'), key('d')])
  })
})

describe('a snapshot of an earlier version', () => {
  it('is removed when another is stored, and the others stay', async () => {
    for (const letter of ['a', 'b']) {
      await emptyFolders(left)
      await put(left.root, 'workspace/a.txt', 'a')
      await sealed(letter)
    }
    await writeFile(join(store(), key('a'), 'about.json'), '{"version":2}')

    await emptyFolders(left)
    await put(left.root, 'workspace/a.txt', 'a')
    await sealed('c')

    expect((await readdir(store())).sort()).toEqual(['.key', key('b'), key('c')])
  })
})

describe('a snapshot that a job sees through an overlay', () => {
  const hours = (count: number) => new Date(Date.now() - count * 3_600_000)
  const owner = { uid: 54321, gid: 54321 }
  /** Where the kernel would mount; whether it does is in test/sandbox/overlay. */
  const overlays: Overlays = { whyNot: () => null, bare: async () => true, lay: async () => null }
  const withOverlays = (storeBytes = 1e9) =>
    createSnapshots({ dir: store(), limits: { ...limits, storeBytes }, overlays })

  async function store1000(letter: string, storeBytes?: number) {
    await emptyFolders(left)
    await put(left.root, 'workspace/a.txt', 'x'.repeat(1000))
    const input = {
      from: left.folders,
      secrets,
      base: new Map(),
      store: { shared: null, exact: key(letter), repository: 7 },
    }
    const result = await withOverlays(storeBytes).seal(input, signal)
    if (result.kind !== 'sealed' || result.snapshot === null) throw new Error(JSON.stringify(result))
    return result.snapshot
  }

  async function shown(letter: string, name = 'fresh') {
    const snapshot = await store1000(letter)
    const into = fresh(name)
    await mkdir(into.workspace, { recursive: true })
    const ready = await withOverlays().restore(snapshot, into, { owner, seesMounts: true }, signal)
    expect(await ready.place(signal)).toEqual({ by: 'overlay', why: null })
    return { folder: join(left.root, name), end: () => rm(join(left.root, name), { recursive: true }) }
  }

  it('stays beyond the budget until the job has ended, and control: then it goes', async () => {
    const job = await shown('a')
    await utimes(join(store(), key('a'), 'about.json'), hours(9), hours(9))
    await store1000('b', 500)
    expect((await readdir(store())).sort()).toEqual(['.key', key('a'), key('b')])

    await job.end()
    await store1000('c', 500)

    expect((await readdir(store())).sort()).toEqual(['.key', key('b'), key('c')])
  })

  it('counts with the other forms that it was given, and control: one without such a form stays', async () => {
    for (const letter of ['a', 'b']) await store1000(letter)
    await writeFile(join(store(), key('a'), 'disk'), 'x'.repeat(300_000))
    for (const letter of ['a', 'b']) await utimes(join(store(), key(letter), 'about.json'), hours(9), hours(9))
    await utimes(join(store(), key('b'), 'about.json'), hours(10), hours(10))

    await store1000('c', 310_000)

    expect((await readdir(store())).sort()).toEqual(['.key', key('c')])
    await store1000('a')
    await utimes(join(store(), key('a'), 'about.json'), hours(9), hours(9))
    await store1000('d', 310_000)
    expect((await readdir(store())).sort()).toEqual(['.key', key('a'), key('c'), key('d')])
  })

  it('is found no more where it was changed, and its files stay until the job has ended', async () => {
    const job = await shown('a')
    await appendFile(join(store(), key('a'), 'workspace/a.txt'), ' evil')

    expect(await withOverlays().find(key('a'), signal)).toEqual({ missing: 'changed' })

    const trash = (await readdir(store())).filter((name) => name.startsWith('.trash-'))
    expect(await readdir(join(store(), trash[0] ?? '', 'workspace'))).toEqual(['a.txt'])
    await store1000('b')
    expect((await readdir(store())).sort()).toEqual(['.key', ...trash, key('b')])
    await job.end()
    await store1000('c')
    expect((await readdir(store())).sort()).toEqual(['.key', key('b'), key('c')])
  })

  it('keeps no note of jobs that have ended', async () => {
    const first = await shown('a', 'first')
    await first.end()
    await shown('a', 'second')
    const uses = await readdir(join(store(), key('a'), 'uses'))

    expect(await Promise.all(uses.map((name) => readlink(join(store(), key('a'), 'uses', name))))).toEqual([
      join(left.root, 'second'),
    ])
  })

  it.each<[string, Partial<Overlays>, { owner: typeof owner | null; seesMounts: boolean }, string]>([
    [
      'the class does not see mounts',
      {},
      { owner, seesMounts: false },
      'a sandbox of this class does not see what is mounted',
    ],
    ['the kernel refused before', { whyNot: () => 'EINVAL' }, { owner, seesMounts: true }, 'EINVAL'],
    ['the kernel refuses now', { lay: async () => 'EPERM' }, { owner, seesMounts: true }, 'EPERM'],
    [
      'attributes stayed',
      { bare: async () => false },
      { owner, seesMounts: true },
      'it was stored by a worker that could not prepare it for an overlay',
    ],
  ])('is a copy where %s, and says so', async (_, over, viewer, why) => {
    await put(left.root, 'workspace/a.txt', 'a')
    const snapshots = createSnapshots({ dir: store(), limits, overlays: { ...overlays, ...over } })
    const input = {
      from: left.folders,
      secrets,
      base: new Map(),
      store: { shared: null, exact: key('a'), repository: 7 },
    }
    const result = await snapshots.seal(input, signal)
    if (result.kind !== 'sealed' || result.snapshot === null) throw new Error(JSON.stringify(result))
    const into = fresh()
    await mkdir(into.workspace, { recursive: true })

    const uid = process.getuid?.() ?? 0
    const to = viewer.owner === null || uid === 0 ? viewer : { ...viewer, owner: { uid, gid: process.getgid?.() ?? 0 } }
    const ready = await snapshots.restore(result.snapshot, into, to, signal)

    expect(await ready.place(signal)).toEqual({ by: 'copy', why })
    expect(await readFile(join(into.workspace, 'a.txt'), 'utf8')).toBe('a')
  })
})
