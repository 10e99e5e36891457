import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createErofsImages, type ErofsImages } from '../../../worker/sandbox/microvm/erofs-images.ts'
import { findPrograms } from '../../../worker/sandbox/process/find-programs.ts'
import { mebibyte } from '../battery/sandbox-bench.ts'

const weekMs = 7 * 24 * 3_600_000

describe('the disk of a folder that a guest is shown', () => {
  let folder: string
  let images: ErofsImages
  const kept = () => readdir(join(folder, 'kept'))
  const own = (name: string) => join(folder, `${name}.erofs`)

  beforeEach(async () => {
    folder = await mkdtemp('/tmp/airlock-erofs-')
    const programs = await findPrograms(['mkfs.erofs', 'find'])
    images = createErofsImages((name) => programs.get(name) ?? name, join(folder, 'kept'))
  })

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true })
  })

  async function makeFolder(name: string, bytes: number): Promise<string> {
    const path = join(folder, name)
    await mkdir(path)
    await writeFile(join(path, 'file'), randomBytes(bytes))
    return path
  }

  it('is one sandbox’s own where it is small, such as the certificates of its broker, and nothing of it is kept', async () => {
    const first = await images.tool(await makeFolder('one', 1000), own('first'))
    const second = await images.tool(await makeFolder('other', 300_000), own('second'))

    expect([first.path, second.path]).toEqual([own('first'), own('second')])
    // Of one size whatever is in it: a guest's kept state has seen a disk of that size.
    expect([second.ownBytes, (await stat(first.path)).size]).toEqual([first.ownBytes, first.ownBytes])
    expect((await readFile(first.path)).equals(await readFile(second.path))).toBe(false)
    await expect(kept()).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('is made once where it is large, and again when something in it changed', async () => {
    const large = await makeFolder('large', 5 * mebibyte)

    const disks = await Promise.all([images.tool(large, own('first')), images.tool(large, own('second'))])
    await writeFile(join(large, 'another'), 'more')
    const changed = await images.tool(large, own('third'))

    expect(disks[0]).toEqual(disks[1])
    expect(disks[0].ownBytes).toBeNull()
    expect(changed.path).not.toBe(disks[0].path)
    expect(await kept()).toHaveLength(2)
  })

  it('goes when no sandbox was started with it for a week, and what a dead worker left half goes too', async () => {
    const used = await images.tool(await makeFolder('used', 5 * mebibyte), own('used'))
    const unused = await images.tool(await makeFolder('unused', 5 * mebibyte), own('unused'))
    await mkdir(join(folder, 'kept', '.draft-abc'))
    const longAgo = new Date(Date.now() - weekMs - 60_000)
    for (const path of [used.path, unused.path, join(folder, 'kept', '.draft-abc')])
      await utimes(path, longAgo, longAgo)

    const again = await images.tool(join(folder, 'used'), own('again'))
    const next = await images.tool(await makeFolder('next', 5 * mebibyte), own('next'))

    expect(again).toEqual(used)
    expect((await kept()).map((name) => join(folder, 'kept', name)).sort()).toEqual([used.path, next.path].sort())
  })

  it('is refused for a folder that is not there', async () => {
    await symlink('/nowhere', join(folder, 'dangling'))

    const made = images.tool(join(folder, 'dangling'), own('own'))

    await expect(made).rejects.toMatchObject({ name: 'SandboxError', code: 'start-failed' })
    expect(await readdir(folder)).toEqual(['dangling'])
  })
})
