import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findLayer } from '../../worker/seal/find-layer.ts'
import { type LeftBySetup, makeLeftBySetup, put } from './left-by-setup.ts'

let left: LeftBySetup

beforeEach(async () => {
  left = await makeLeftBySetup()
  for (const path of ['src/a.js', 'packages/b/package.json']) await put(left.root, `workspace/${path}`, 'x')
})
afterEach(() => left[Symbol.asyncDispose]())

const base = new Map([
  ['src/a.js', 'as it was'],
  ['packages/b/package.json', 'as it was'],
])
const find = (kept = base, of = base) => findLayer(left.folders.workspace, kept, of)

describe('what setup added to a commit', () => {
  it('is its uppermost new paths, in any folder of the commit, without .git', async () => {
    for (const path of ['node_modules/x/y', 'packages/b/node_modules/z', 'src/made.js', '.git/config']) {
      await put(left.root, `workspace/${path}`, 'x')
    }

    expect(await find()).toEqual(['node_modules', 'packages/b/node_modules', 'src/made.js'])
  })

  it('cannot be told from it where a file was changed or removed, or a name is not UTF-8', async () => {
    expect(await find(new Map([...base, ['src/a.js', 'changed']]))).toBeNull()
    expect(await find(new Map([['src/a.js', 'as it was']]))).toBeNull()
    const odd = new Map([...base, ['\0\xff/x', 'as it was']])
    expect(await find(odd, odd)).toBeNull()
  })
})
