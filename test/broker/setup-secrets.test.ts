import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createOpenFolders, type IsOpenTo } from '../../worker/broker/read-secret.ts'
import { createFlatSecrets, createRepositorySecrets } from '../../worker/broker/setup-secrets.ts'

const repository = { id: 1, owner: 'Acme', name: 'Widget', private: true, defaultBranch: 'main' }
const others = { ...repository, id: 2 }
/** Names that have left, and who was meant by them. */
const left = new Map<string, readonly number[]>()
const isOpenTo: IsOpenTo = async (name, id) => left.get(name.toLowerCase())?.includes(id) ?? true
let dir: string
beforeEach(async () => {
  left.clear()
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
    const { values, missing } = await createRepositorySecrets(createOpenFolders(dir, isOpenTo)).load(repository, [
      'ORG',
      'BOTH',
    ])

    expect([...values]).toEqual([
      ['ORG', 'of the organisation'],
      ['BOTH', 'of the repository'],
    ])
    expect(missing).toEqual([])
  })

  it.each(['FOREIGN', 'TOP', '../other/FOREIGN', 'widget', 'EMPTY', '__proto__/x', ''])(
    '%j is not held for it',
    async (name) => {
      const { values, missing } = await createRepositorySecrets(createOpenFolders(dir, isOpenTo)).load(repository, [
        name,
      ])

      expect(values.size).toBe(0)
      expect(missing).toEqual([name])
    },
  )

  it('of a repository that has left are not for another that takes its name, and are for itself when it comes back', async () => {
    left.set('acme/widget', [repository.id])
    const secrets = createRepositorySecrets(createOpenFolders(dir, isOpenTo))

    expect([...(await secrets.load(others, ['BOTH'])).values]).toEqual([['BOTH', 'of the organisation']])
    expect([...(await secrets.load(repository, ['BOTH'])).values]).toEqual([['BOTH', 'of the repository']])
  })

  it('of an organisation that has left are for none of what comes under its name later', async () => {
    left.set('acme', [repository.id])
    const secrets = createRepositorySecrets(createOpenFolders(dir, isOpenTo))

    expect((await secrets.load({ ...others, name: 'new' }, ['ORG'])).missing).toEqual(['ORG'])
    expect((await secrets.load(repository, ['ORG'])).missing).toEqual([])
  })

  it.each([
    ['2', others.id, true],
    ['7\n2\n', others.id, true],
    ['*', others.id, true],
    ['2', repository.id, false],
    ['22', others.id, false],
    ['', repository.id, false],
  ])('are for whom the operator says, who wrote %j, and %i %s', async (word, id, isFor) => {
    left.set('acme/widget', [repository.id])
    await writeFile(join(dir, 'acme', 'widget', '.repositories'), word)
    const { values } = await createRepositorySecrets(createOpenFolders(dir, isOpenTo)).load({ ...repository, id }, [
      'BOTH',
    ])

    expect(values.get('BOTH')).toBe(isFor ? 'of the repository' : 'of the organisation')
  })

  it('of a local run are the files of one folder', async () => {
    expect([...(await createFlatSecrets(dir).load(repository, ['TOP'])).values]).toEqual([['TOP', 'of nobody']])
    expect((await createFlatSecrets(null).load(repository, ['TOP'])).missing).toEqual(['TOP'])
  })
})
