import { once } from 'node:events'
import { lutimes, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { spawnProcess } from '../../../worker/process/spawn-process.ts'
import { pruneImages } from '../../../worker/sandbox/image/prune-images.ts'

const [old, used, young] = ['a'.repeat(64), 'b'.repeat(64), 'c'.repeat(64)]

describe('images that a later build has replaced', () => {
  let dir: string
  const now = Date.now()

  beforeEach(async () => {
    dir = await mkdtemp('/tmp/airlock-prune-')
    for (const digest of [old, used, young]) await keep('mine', digest)
    await keep('other', old)
    await symlink(young, join(dir, 'mine', 'latest'))
    await symlink(old, join(dir, 'other', 'latest'))
    for (const name of ['mine', 'other']) await lutimes(join(dir, name, 'latest'), 0, (now - 3_600_000) / 1000)
  })
  afterEach(() => rm(dir, { recursive: true }))

  async function keep(name: string, digest: string): Promise<void> {
    const folder = join(dir, name, digest)
    await mkdir(join(folder, 'rootfs'), { recursive: true })
    const manifest = { version: 1, name, digest, recipe: digest, architecture: 'amd64', bytes: 1, env: {} }
    await writeFile(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, debian: {}, npm: [] }))
    await writeFile(join(folder, 'microvm-root.erofs'), Buffer.alloc(100_000))
  }

  const prune = (removeCopy = async (_image: { digest: string }) => true) =>
    pruneImages({ imagesDir: dir, removeCopy, now, signal: AbortSignal.timeout(30_000), onLine: () => {} })
  const left = async () => (await readdir(join(dir, 'mine'))).sort()

  it('are removed with the forms that engines made of them, and it is told what that freed', async () => {
    const copies: string[] = []

    const pruned = await prune(async ({ digest }) => copies.push(digest) > 0)

    expect(pruned).toMatchObject([
      { name: 'mine', digest: old, kept: null },
      { name: 'mine', digest: used, kept: null },
    ])
    expect(pruned.every(({ bytes }) => bytes > 100_000)).toBe(true)
    expect(copies).toEqual([old, used])
    expect(await left()).toEqual([young, 'latest'])
    expect(await readdir(join(dir, 'other'))).toContain(old)
  })

  it('stay while a sandbox has one mounted, and go when it is dead', async () => {
    const rootfs = join(dir, 'mine', used, 'rootfs')
    const bind = ['--ro-bind', '/', '/', '--ro-bind', rootfs, '/mnt']
    const argv = ['/usr/bin/bwrap', ...bind, '--unshare-user', '/bin/sh', '-c', 'echo ready; read line']
    const sandbox = spawnProcess(argv, { env: {}, stdio: ['pipe', 'pipe', 'inherit'] })
    if (sandbox.stdout === null) throw new TypeError('no output')
    await once(sandbox.stdout, 'data')

    const during = await prune()
    const keptDuring = await left()
    sandbox.stdin?.end()
    await once(sandbox, 'exit')
    await prune()

    expect(during.map(({ digest, kept }) => [digest, kept])).toEqual([
      [old, null],
      [used, 'a sandbox uses it'],
    ])
    expect(keptDuring).toEqual([used, young, 'latest'])
    expect(await left()).toEqual([young, 'latest'])
  })

  it('stay while an Engine has a container of one', async () => {
    const pruned = await prune(async ({ digest }) => digest !== used)

    expect(pruned).toMatchObject([{ kept: null }, { digest: used, kept: 'a sandbox uses it' }])
    expect(await left()).toEqual([used, young, 'latest'])
  })

  it('stay for a minute after the build that replaced them: a sandbox may be about to mount one', async () => {
    await lutimes(join(dir, 'mine', 'latest'), 0, (now - 30_000) / 1000)

    const pruned = await prune()

    expect(pruned.map(({ kept }) => kept)).toEqual(Array(2).fill('it was replaced within the last minute'))
    expect(await left()).toEqual([old, used, young, 'latest'].sort())
  })

  it('stay where no build of that name counts as the last', async () => {
    await rm(join(dir, 'mine', 'latest'))

    expect((await prune()).every(({ kept }) => kept !== null)).toBe(true)
  })

  it('go with what dead builds and cut removals left', async () => {
    await mkdir(join(dir, 'mine', '.build-1_0_gone_1', 'tmp'), { recursive: true })
    await mkdir(join(dir, 'mine', `.removed-${'d'.repeat(64)}`))

    await prune()

    expect(await left()).toEqual([young, 'latest'])
  })

  it('are none where nothing was built', async () => {
    const [signal, imagesDir] = [AbortSignal.timeout(30_000), join(dir, 'nowhere')]

    expect(await pruneImages({ imagesDir, removeCopy: async () => true, now, signal, onLine: () => {} })).toEqual([])
  })
})
