import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeBuildFolder } from '../../../worker/sandbox/image/build-folder.ts'
import { lockBuild } from '../../../worker/sandbox/image/build-lock.ts'

describe('the lock of an image', () => {
  it('is held by one builder, and goes to the next when that one is done', async () => {
    const folder = `/images/${randomUUID()}`
    const order: string[] = []
    const first = await lockBuild(folder, AbortSignal.timeout(10_000), () => order.push('first waits'))

    const waits = Promise.withResolvers<void>()
    const second = lockBuild(folder, AbortSignal.timeout(10_000), waits.resolve).then((held) => {
      order.push('second holds')
      return held
    })
    await waits.promise
    order.push('first is done')
    await first[Symbol.asyncDispose]()
    await (await second)[Symbol.asyncDispose]()

    expect(order).toEqual(['first is done', 'second holds'])
  })

  it('does not hold up a builder of another image, or one that was told to stop', async () => {
    const folder = `/images/${randomUUID()}`
    await using _held = await lockBuild(folder, AbortSignal.timeout(10_000), () => {})
    const stop = new AbortController()

    await using _other = await lockBuild(`${folder}-other`, AbortSignal.timeout(10_000), () => {})
    const stopped = lockBuild(folder, stop.signal, () => stop.abort())

    await expect(stopped).rejects.toMatchObject({ name: 'ImageError', code: 'cancelled' })
  })
})

describe('the folder of a build', () => {
  it('is removed when it is done, and by the next builder where its own is dead; a living one is left alone', async () => {
    const parent = await mkdtemp('/tmp/airlock-build-')
    try {
      await mkdir(join(parent, '.build-1_0_earlier-boot_dead', 'image', 'rootfs'), { recursive: true })
      const living = await makeBuildFolder(parent)
      const during = await readdir(parent)
      await using next = await makeBuildFolder(parent)

      expect(during).toEqual([living.path.slice(parent.length + 1)])
      expect(await readdir(parent)).toHaveLength(2)
      await living[Symbol.asyncDispose]()
      expect(await readdir(parent)).toEqual([next.path.slice(parent.length + 1)])
    } finally {
      await rm(parent, { recursive: true, force: true })
    }
  })
})
