import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFlatSecrets, createRepositorySecrets } from '../../worker/broker/setup-secrets.ts'

const repository = { id: 1, owner: 'Acme', name: 'Widget', private: true, defaultBranch: 'main' }
let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'airlock-secrets-'))
  await mkdir(join(dir, 'acme', 'widget'), { recursive: true })
  await mkdir(join(dir, 'other'))
  await writeFile(join(dir, 'acme', 'ORG'), 'of the organisation\n')
  await writeFile(join(dir, 'acme', 'BOTH'), 'of the organisation')
  await writeFile(join(dir, 'acme', 'widget', 'BOTH'), 'of the repository')
  await writeFile(join(dir, 'other', 'FOREIGN'), "somebody else's")
  await writeFile(join(dir, 'TOP'), 'of nobody')
  await writeFile(join(dir, 'acme', 'EMPTY'), '\n')
})
afterEach(() => rm(dir, { recursive: true, force: true }))

describe('setup secrets', () => {
  it('of the repository come before those of its organisation', async () => {
    const { values, missing } = await createRepositorySecrets(dir).load(repository, ['ORG', 'BOTH'])

    expect([...values]).toEqual([
      ['ORG', 'of the organisation'],
      ['BOTH', 'of the repository'],
    ])
    expect(missing).toEqual([])
  })

  it.each(['FOREIGN', 'TOP', '../other/FOREIGN', 'widget', 'EMPTY', '__proto__/x', ''])(
    '%j is not held for it',
    async (name) => {
      const { values, missing } = await createRepositorySecrets(dir).load(repository, [name])

      expect(values.size).toBe(0)
      expect(missing).toEqual([name])
    },
  )

  it('of a local run are the files of one folder', async () => {
    expect([...(await createFlatSecrets(dir).load(repository, ['TOP'])).values]).toEqual([['TOP', 'of nobody']])
    expect((await createFlatSecrets(null).load(repository, ['TOP'])).missing).toEqual(['TOP'])
  })
})
