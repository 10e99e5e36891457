import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { keepForm } from '../../worker/seal/keep-form.ts'

describe('another form of a stored snapshot', () => {
  let store: string
  let stored: string
  let made: number
  const path = () => join(stored, 'form')
  const keep = async (folder = stored) => {
    const make = async (draft: string) => {
      made += 1
      await writeFile(draft, 'the form', { flag: 'wx' })
    }
    return readFile(await keepForm({ stored: folder, name: 'form', make }), 'utf8')
  }

  /** As its owner can. */
  const rewrite = async (text: string) => {
    await chmod(path(), 0o600)
    await writeFile(path(), text)
    await chmod(path(), 0o444)
  }

  beforeEach(async () => {
    store = await mkdtemp(join(tmpdir(), 'airlock-form-'))
    stored = join(store, 'a'.repeat(64))
    await mkdir(stored)
    made = 0
  })
  afterEach(() => rm(store, { recursive: true, force: true }))

  it('is made once, lies beside the snapshot, and leaves nothing else there', async () => {
    expect([await keep(), await keep()]).toEqual(['the form', 'the form'])

    expect(made).toBe(1)
    expect((await readdir(stored)).sort()).toEqual(['form', 'form.json'])
  })

  it.each<[string, () => Promise<unknown>]>([
    ['somebody wrote to it', () => rewrite('the f0rm')],
    [
      'another file was put in its place',
      () => copyFile(path(), `${path()}2`).then(() => rename(`${path()}2`, path())),
    ],
    ['it is gone', () => rm(path())],
    ['the note of it is not the store’s', () => writeFile(`${path()}.json`, '{"facts":"","signature":""}')],
    ['the note of it is none', () => writeFile(`${path()}.json`, 'x')],
  ])('is made anew where %s', async (_, tamper) => {
    await keep()
    made = 0
    await tamper()

    expect(await keep()).toBe('the form')
    expect(made).toBe(1)
  })

  it('is not another snapshot’s, though that one was moved here with its note', async () => {
    const other = join(store, 'b'.repeat(64))
    await mkdir(other)
    await keep(other)
    for (const name of ['form', 'form.json']) await rename(join(other, name), join(stored, name))

    await keep()

    expect(made).toBe(2)
  })

  it('that could not be made leaves nothing', async () => {
    const make = async (draft: string) => {
      await writeFile(draft, 'half')
      throw new Error('the disk is full')
    }

    await expect(keepForm({ stored, name: 'form', make })).rejects.toThrow('the disk is full')

    expect(await readdir(stored)).toEqual([])
  })
})
