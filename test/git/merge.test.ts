import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { commitFiles, makeOrigin, type OriginFile, plainGit } from './origin.ts'
import { type ServedOrigin, startServedOrigin } from './served-origin.ts'

const signal = AbortSignal.timeout(50_000)
const most = 1_000_000
let served: ServedOrigin

beforeEach(async () => {
  served = await startServedOrigin()
})
afterEach(() => served[Symbol.asyncDispose]())

type Files = Readonly<Record<string, OriginFile>>

/** One commit, and two on top of it that know nothing of each other; `ours` is the one that is materialised. */
async function diverge(common: Files, ourFiles: Files, theirFiles: Files, change = async () => {}) {
  const from = await makeOrigin(served.origin, common)
  const theirs = await commitFiles(served.origin, theirFiles)
  await plainGit(['-C', served.origin, 'checkout', '--quiet', '-b', 'ours', from])
  await change()
  const ours = await commitFiles(served.origin, ourFiles)
  const source = served.makeSource()
  const { repository, request } = await served.materialise(ours, source, { ref: 'ours' })
  const input = { repository, from, ours, theirs: { ref: 'main', sha: theirs } }
  const merge = await source.merge(request, input, signal)
  const show = (path: string) => plainGit([`--git-dir=${repository}`, 'show', `${merge.tree.treeSha}:${path}`])
  return { source, repository, merge, show, theirs, ours }
}

describe('merging', () => {
  it('puts together what does not touch, of commits that were fetched without their history', async () => {
    const lines = '1\n2\n3\n4\n5\n'
    const { merge, show, source, repository, theirs } = await diverge(
      { 'a.txt': lines, 'gone.txt': 'x\n', 'run.sh': 'echo\n' },
      { 'a.txt': '1\n2\n3\n4\nfive\n', 'ours.txt': 'o\n', 'run.sh': { script: 'echo\n' } },
      { 'a.txt': 'one\n2\n3\n4\n5\n', 'theirs.txt': 't\n' },
    )

    expect(merge.conflicts).toEqual([])
    expect(await show('a.txt')).toBe('one\n2\n3\n4\nfive')
    expect(merge.theirs).toMatchObject({ sha: theirs, files: 4 })
    const brought = await source.changes(repository, { from: theirs, to: merge.tree.treeSha }, most, signal)
    expect(brought?.files.map(({ path }) => path)).toEqual(['a.txt', 'ours.txt', 'run.sh'])
    expect(brought?.files[2]).toMatchObject({ before: { mode: '100644' }, after: { mode: '100755' } })
    expect(Buffer.from(brought?.files[1]?.after?.content ?? '').toString()).toBe('o\n')
    expect(served.disposed()).toBe(3)
  })

  it('names what does not fit together, and marks it without a word of anybody’s', async () => {
    const { merge, show } = await diverge(
      { 'a.txt': '1\n', 'b.bin': 'a\0b', 'c.txt': 'c\n' },
      { 'a.txt': 'ours\n', 'b.bin': 'o\0b', 'c.txt': 'changed\n' },
      { 'a.txt': 'theirs\n', 'b.bin': 't\0b' },
    )

    expect(merge.conflicts).toEqual(['a.txt', 'b.bin'])
    expect(await show('a.txt')).toBe('<<<<<<< this-branch\nours\n=======\ntheirs\n>>>>>>> base-branch')
    expect(await show('b.bin')).toBe('o\0b')
    expect(await show('c.txt')).toBe('changed')
  })

  it('names a file that one side deleted and the other changed', async () => {
    const { merge } = await diverge({ 'a.txt': '1\n', 'b.txt': 'b\n' }, {}, { 'a.txt': 'theirs\n' }, () =>
      rm(join(served.origin, 'a.txt')),
    )

    expect(merge.conflicts).toEqual(['a.txt'])
  })

  it.each([
    ['a driver', '*.txt merge=evil\n'],
    ['a union that would hide a conflict', '*.txt merge=union\n'],
  ])('asks no attribute of the repository: %s', async (_what, attributes) => {
    const { merge } = await diverge(
      { '.gitattributes': attributes, 'a.txt': '1\n' },
      { 'a.txt': 'ours\n' },
      { 'a.txt': 'theirs\n' },
    )

    expect(merge.conflicts).toEqual(['a.txt'])
  })

  it('refuses what it refuses of a base commit, and reads no more than it may', async () => {
    const { source, repository, merge, theirs } = await diverge({ a: '1\n' }, { b: 'ours\n' }, { c: 'theirs\n' })
    const between = { from: theirs, to: merge.tree.treeSha }

    expect(await source.changes(repository, between, 4, signal)).toBeNull()
    expect((await source.changes(repository, between, 5, signal))?.files).toHaveLength(1)
  })
})
