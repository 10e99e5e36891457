import { appendFile, chmod, link, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSnapshots } from '../../worker/seal/create-snapshots.ts'
import { type LeftBySetup, makeLeftBySetup, put, run } from './left-by-setup.ts'

const key = 'a'.repeat(64)
const { signal } = new AbortController()
let left: LeftBySetup

beforeEach(async () => {
  left = await makeLeftBySetup()
})
afterEach(() => left[Symbol.asyncDispose]())

const there = () => join(left.root, 'there')

/** Stored on one machine, packed as GitHub's cache packs it, and unpacked on another. */
async function carried({ isCarried }: { readonly isCarried: boolean }) {
  const here = join(left.root, 'here')
  await put(left.root, 'workspace/node_modules/dep/index.js', 'good')
  await put(left.root, 'workspace/node_modules/dep/bin.sh', '#!/bin/sh\n')
  await chmod(join(left.folders.workspace, 'node_modules/dep/bin.sh'), 0o775)
  await link(join(left.folders.workspace, 'node_modules/dep/index.js'), join(left.folders.workspace, 'node_modules/b'))
  await symlink('dep', join(left.folders.workspace, 'node_modules/link'))
  await put(left.root, 'home/cache', 'good')
  const store = { shared: null, exact: key, repository: 7 }
  const input = { from: left.folders, secrets: new Map(), base: new Map(), store }
  expect(await createSnapshots({ dir: here, isCarried }).seal(input, signal)).toMatchObject({ kind: 'sealed' })
  const packed = join(left.root, 'cache.tar')
  await run('tar', '-C', here, '-cf', packed, '.')
  await rm(here, { recursive: true })
  await mkdir(there())
  await run('tar', '-C', there(), '-xf', packed)
  return createSnapshots({ dir: there(), isCarried })
}

const inside = (path: string) => join(there(), key, path)

describe('a store that is carried from machine to machine', () => {
  it('has its snapshots still, and tells the next job at a glance; control: one that stays has not', async () => {
    const snapshots = await carried({ isCarried: true })

    expect(await snapshots.find(key, signal)).toMatchObject({ key })
    expect(await createSnapshots({ dir: there() }).find(key, signal)).toMatchObject({ key })
  })

  it('that should have stayed where it was has none', async () => {
    const snapshots = await carried({ isCarried: false })

    expect(await snapshots.find(key, signal)).toEqual({ missing: 'changed' })
  })

  it.each<[string, () => Promise<unknown>]>([
    ['a file has something more', () => appendFile(inside('workspace/node_modules/dep/index.js'), 'evil')],
    ['a file is new', () => writeFile(inside('workspace/node_modules/new.js'), 'evil')],
    ['a file is gone', () => rm(inside('home/cache'))],
    ['a file can be run', () => chmod(inside('workspace/node_modules/dep/index.js'), 0o755)],
    [
      'a symlink leads elsewhere',
      async () => {
        await rm(inside('workspace/node_modules/link'))
        await symlink('/etc', inside('workspace/node_modules/link'))
      },
    ],
    ['a pipe is there', () => run('mkfifo', inside('home/pipe'))],
    ['what setup left is told otherwise', () => writeFile(inside('kept.json'), '[]')],
  ])('has no snapshot that was changed on the way: %s', async (_, change) => {
    const snapshots = await carried({ isCarried: true })

    await change()

    expect(await snapshots.find(key, signal)).toEqual({ missing: 'changed' })
  })
})
