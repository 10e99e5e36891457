import { chmod, link, mkdir, mkdtemp, readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { printFolders } from '../../worker/seal/print-folders.ts'
import { printMany } from '../../worker/seal/print-many.ts'

it('gives a print of all that lies there, and none where that is more than may be read at once', async () => {
  const folder = await folderWith(['one', 'two', 'three'])

  const whole = printFolders(folder, ['home'])

  expect(whole).toMatch(/^[0-9a-f]{64}$/)
  expect(printFolders(folder, ['home'], 3)).toBe(whole)
  expect(printFolders(folder, ['home'], 2)).toBeNull()
})

const { signal } = new AbortController()
const prints = {
  few: async (folder: string) => printFolders(folder, ['home']),
  many: (folder: string) => printMany(folder, ['home'], signal),
}

describe.each(['few', 'many'] as const)('a print of %s entries', (name) => {
  const print = prints[name]

  it('is the same while nothing changes, also when all is read', async () => {
    const folder = await folderWith(['one', 'two'])
    const before = await print(folder)

    await readFile(join(folder, 'home/one'))

    expect(before).toMatch(/^[0-9a-f]{64}$/)
    expect(await print(folder)).toBe(before)
  })

  it.each<[string, (folder: string) => Promise<unknown>]>([
    ['another file of the same size in the place of one', replaceOne],
    ['a byte, with size and times kept', writeQuietly],
    ['a mode', (folder) => chmod(join(folder, 'home/one'), 0o600)],
    ['a second name', (folder) => link(join(folder, 'home/one'), join(folder, 'home/again'))],
    ['a symlink to elsewhere', (folder) => symlink('/', join(folder, 'home/link'))],
    ['a file that is gone', (folder) => rm(join(folder, 'home/one'))],
    ['another name', (folder) => rename(join(folder, 'home/one'), join(folder, 'home/other'))],
  ])('changes with %s', async (_, change) => {
    const folder = await folderWith(['one', 'two'])
    const before = await print(folder)

    await change(folder)

    expect(await print(folder)).not.toBe(before)
  })
})

it('is none where a folder is not there', async () => {
  const folder = await folderWith(['one'])

  await expect(printMany(folder, ['workspace'], signal)).rejects.toThrow('find ended with 1')
})

async function replaceOne(folder: string): Promise<void> {
  await writeFile(join(folder, 'other'), 'two')
  await rename(join(folder, 'other'), join(folder, 'home/one'))
}

async function writeQuietly(folder: string): Promise<void> {
  const path = join(folder, 'home/one')
  const { atime, mtime } = await stat(path)
  await writeFile(path, 'two')
  await utimes(path, atime, mtime)
}

async function folderWith(names: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'airlock-print-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await mkdir(join(folder, 'home'))
  for (const name of names) await writeFile(join(folder, 'home', name), name)
  return folder
}
