import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { reasons } from '../../worker/contract/index.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
/** Where they are listed and worded, whether or not anything gives them. */
const lists = ['worker/contract/outcome.ts', 'app/replies/reason-texts.ts']

it('documents no reason that nothing gives', async () => {
  const folders = await Promise.all(
    ['app', 'worker'].map(async (folder) =>
      (await readdir(join(root, folder), { recursive: true })).map((name) => join(folder, name)),
    ),
  )
  const files = folders.flat().filter((name) => name.endsWith('.ts') && !lists.includes(name))
  const code = (await Promise.all(files.map((name) => readFile(join(root, name), 'utf8')))).join('\n')

  const given = Object.values(reasons).flat()
  expect(given.filter((reason) => !code.includes(`'${reason}'`))).toEqual([])
})
