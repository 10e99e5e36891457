import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { searchFolders } from '../../worker/seal/search-folders.ts'
import type { SearchLimits } from '../../worker/seal/search-result.ts'
import { emptyFolders, type LeftBySetup, makeLeftBySetup, put } from './left-by-setup.ts'

const canary = 'npm_cAnArY0f+Setup7Qz'
const limits: SearchLimits = { bytes: 1024 ** 3, entries: 10_000, unfoldedBytes: 1024 ** 3 }
let left: LeftBySetup

beforeAll(async () => {
  left = await makeLeftBySetup()
})
beforeEach(() => emptyFolders(left))
afterAll(() => left[Symbol.asyncDispose]())

const search = (over: Partial<SearchLimits> = {}) =>
  searchFolders({ ...left.folders, secrets: new Map([['NPM_TOKEN', canary]]), limits: { ...limits, ...over } })

describe('a large file', () => {
  it.each([0, 100, 5000, 200_000])('finds it around the border of two windows: %i bytes before', async (before) => {
    const border = 32 * 1024 * 1024
    const content = Buffer.alloc(border + 1_000_000, 'abcdefgh ')
    content.write(canary, border - before)
    await put(left.root, 'home/large', content)
    expect(await search()).toMatchObject({ kind: 'secret-found', encoding: 'raw' })

    const packed = gzipSync(canary)
    content.fill('y')
    packed.copy(content, border - before)
    await put(left.root, 'home/large', content)
    expect(await search()).toMatchObject({ kind: 'secret-found', encoding: 'gzip+raw' })
  })

  it('finds it in a stream that is longer than a window, and in one that unfolds to very much', async () => {
    const random = Buffer.from(Array.from({ length: 40_000 }, (_, index) => (index * 2654435761) >>> 13))
    const noise = Buffer.concat(
      Array.from({ length: 900 }, (_, index) => Buffer.from(random.map((byte) => byte ^ index))),
    )
    await put(left.root, 'home/long.gz', gzipSync(Buffer.concat([noise, Buffer.from(canary)]), { level: 0 }))
    expect(await search()).toMatchObject({ kind: 'secret-found', path: 'home/long.gz' })

    await emptyFolders(left)
    await put(left.root, 'home/deep.gz', gzipSync(Buffer.concat([Buffer.alloc(100e6), Buffer.from(canary)])))
    expect(await search()).toMatchObject({ kind: 'secret-found', encoding: 'gzip+raw' })
  })

  it('refuses what unfolds without end', async () => {
    await put(left.root, 'home/bomb.gz', gzipSync(Buffer.alloc(100e6)))

    expect((await search()).kind).toBe('clean')
    expect(await search({ unfoldedBytes: 90e6 })).toMatchObject({
      kind: 'unsafe',
      path: 'home/bomb.gz',
      why: expect.stringContaining('unfolds'),
    })
  })
})
