import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createImageStore, listImages } from '../../../worker/sandbox/image/create-image-store.ts'

const [old, young] = ['a'.repeat(64), 'b'.repeat(64)]

describe('the store of images', () => {
  let dir: string

  beforeEach(async () => {
    dir = await mkdtemp('/tmp/airlock-store-')
    for (const digest of [old, young]) await keep('mine', digest)
    await symlink(young, join(dir, 'mine', 'latest'))
  })
  afterEach(() => rm(dir, { recursive: true }))

  async function keep(name: string, digest: string): Promise<void> {
    const folder = join(dir, name, digest)
    await mkdir(folder, { recursive: true })
    const manifest = { version: 1, name, digest, recipe: digest, architecture: 'amd64', bytes: 1, env: { A: 'b' } }
    await writeFile(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, debian: {}, npm: [] }))
  }

  it('finds the one that was built last, with its places and variables', async () => {
    const folder = join(dir, 'mine', young)

    expect(await createImageStore(dir).find('mine')).toEqual({
      ...{ name: 'mine', digest: young, folder, rootfs: join(folder, 'rootfs'), tar: join(folder, 'root.tar') },
      env: { A: 'b', PATH: expect.stringContaining('/usr/local/bin:') },
    })
    expect((await listImages(dir)).map(({ manifest, latest }) => [manifest.digest, latest])).toEqual([
      [old, false],
      [young, true],
    ])
  })

  it('has nothing where nothing was built', async () => {
    expect(await createImageStore(join(dir, 'nowhere')).find('mine')).toBeNull()
    expect(await createImageStore(dir).find('other')).toBeNull()
    expect(await listImages(join(dir, 'nowhere'))).toEqual([])
  })

  it('takes no image that is not what its folder is named', async () => {
    const store = createImageStore(dir)
    await rename(join(dir, 'mine', old), join(dir, 'mine', 'c'.repeat(64)))
    await rm(join(dir, 'mine', 'latest'))
    await symlink('c'.repeat(64), join(dir, 'mine', 'latest'))
    const renamed = await store.find('mine')
    await rm(join(dir, 'mine', 'latest'))
    await symlink(`../mine/${young}`, join(dir, 'mine', 'latest'))
    const elsewhere = await store.find('mine')
    await rm(join(dir, 'mine', 'latest'))
    await symlink(young, join(dir, 'mine', 'latest'))

    expect([renamed, elsewhere]).toEqual([null, null])
    expect(await store.find('mine')).not.toBeNull()
  })

  it('takes none whose manifest is cut short or of another version', async () => {
    const file = join(dir, 'mine', young, 'manifest.json')
    const store = createImageStore(dir)

    await writeFile(file, '{"version":1,')
    const cut = await store.find('mine')
    await writeFile(file, '{"version":2}')

    expect([cut, await store.find('mine')]).toEqual([null, null])
  })
})
