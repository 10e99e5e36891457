import { mkdir, readdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cleanHome } from '../../worker/seal/clean-home.ts'
import { type LeftBySetup, makeLeftBySetup, put } from './left-by-setup.ts'

let left: LeftBySetup

beforeEach(async () => {
  left = await makeLeftBySetup()
})
afterEach(() => left[Symbol.asyncDispose]())

describe('what tools leave in a home', () => {
  it.each(['.bash_history', '.npm/_logs/1-debug.log', '.netrc', '.git-credentials', '.config/git/credentials'])(
    'is removed: %s',
    async (path) => {
      await put(left.root, `home/${path}`, 'x')
      await put(left.root, 'home/.npmrc', 'registry=x')
      await put(left.root, 'home/.npm/_cacache/a', 'x')

      const removed = await cleanHome(left.folders.home)

      expect(removed).toHaveLength(1)
      expect(path.startsWith(removed[0] ?? '-')).toBe(true)
      expect((await readdir(left.folders.home)).sort()).toEqual(expect.arrayContaining(['.npm', '.npmrc']))
    },
  )

  it('is left alone behind a symlink to a folder of the host', async () => {
    await put(left.root, 'host/_logs/kept', 'x')
    await mkdir(left.folders.home, { recursive: true })
    await symlink(join(left.root, 'host'), join(left.folders.home, '.npm'))

    expect(await cleanHome(left.folders.home)).toEqual([])
    expect(await readFile(join(left.root, 'host/_logs/kept'), 'utf8')).toBe('x')
  })

  it('is removed as a symlink where it is one, and not what that leads to', async () => {
    await put(left.root, 'host/file', 'x')
    await symlink(join(left.root, 'host'), join(left.folders.home, '.netrc'))

    expect(await cleanHome(left.folders.home)).toEqual(['.netrc'])
    expect(await readFile(join(left.root, 'host/file'), 'utf8')).toBe('x')
  })
})
