import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { printFolders } from '../../worker/seal/print-folders.ts'

it('gives a print of all that lies there, and none where that is more than may be read at once', async () => {
  const folder = await folderWith(['one', 'two', 'three'])

  const whole = printFolders(folder, ['home'])

  expect(whole).toMatch(/^[0-9a-f]{64}$/)
  expect(printFolders(folder, ['home'], 3)).toBe(whole)
  expect(printFolders(folder, ['home'], 2)).toBeNull()
})

it('changes with another file of the same size in the place of one', async () => {
  const folder = await folderWith(['one'])
  const before = printFolders(folder, ['home'])

  await writeFile(join(folder, 'other'), 'two')
  await rename(join(folder, 'other'), join(folder, 'home/one'))

  expect(printFolders(folder, ['home'])).not.toBe(before)
})

async function folderWith(names: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'airlock-print-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await mkdir(join(folder, 'home'))
  for (const name of names) await writeFile(join(folder, 'home', name), name)
  return folder
}
