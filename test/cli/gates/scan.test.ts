import { execFile } from 'node:child_process'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Folder, makeFolder, writeTree } from '../../git/origin.ts'
import { leak, lines, reportOf, runGates } from './run-gates.ts'

let folder: Folder

beforeEach(async () => {
  folder = await makeFolder()
})
afterEach(() => folder[Symbol.asyncDispose]())

describe('airlock gates scan', () => {
  it('finds secrets on all lines of files and folders, and says what it looked at', async () => {
    await writeTree(folder.path, { 'src/deep/a.py': `x = 1\n${leak('a')}`, 'b.py': leak('b'), 'src/c.txt': 'no\n' })

    const report = await reportOf(folder.path, 'scan', 'src', 'b.py')

    expect(report).toMatchObject({ status: 3, verdict: 'hold', files: 3 })
    expect(lines(report)).toEqual(['named-value hold src/deep/a.py:2', 'named-value hold b.py:1'])
  })

  it('publishes files without any', async () => {
    await writeTree(folder.path, { 'a.txt': 'one\n' })

    expect(await reportOf(folder.path, 'scan', '.')).toEqual({
      ...{ status: 0, verdict: 'publish', findings: [] },
      ...{ files: 1, bytes: 4 },
    })
  })

  it('shows every finding of a rule, however many', async () => {
    await writeTree(folder.path, { 'a.py': Array.from({ length: 80 }, (_, index) => leak(`${index}`)).join('') })

    expect((await reportOf(folder.path, 'scan', 'a.py')).findings).toHaveLength(80)
  })

  it('follows no symlink, opens no FIFO and passes over .git; control: the same file by its own name', async () => {
    await mkdir(join(folder.path, 'tree/.git'), { recursive: true })
    await writeTree(folder.path, { 'outside/a.py': leak('a'), 'tree/.git/config': leak('b') })
    await symlink('../outside/a.py', join(folder.path, 'tree/a.py'))
    await symlink('../outside', join(folder.path, 'tree/folder'))
    await promisify(execFile)('mkfifo', [join(folder.path, 'tree/fifo')])

    expect(await reportOf(folder.path, 'scan', 'tree')).toMatchObject({ status: 0, files: 0 })
    await expect(runGates(folder.path, 'scan', 'tree/a.py')).rejects.toMatchObject({
      message: expect.stringContaining('is a symlink'),
    })
    await expect(runGates(folder.path, 'scan', 'tree/fifo')).rejects.toMatchObject({ name: 'UsageError' })
    expect((await reportOf(folder.path, 'scan', 'outside')).status).toBe(3)
  })

  it('holds what it cannot read', async () => {
    await writeFile(join(folder.path, 'big'), Buffer.alloc(17 * 1024 * 1024, 'x'))

    const report = await reportOf(folder.path, 'scan', '.')

    expect(lines(report)).toEqual(['unread-too-large hold big'])
  })

  it('judges a file by its place in the folder that was named, not by where that folder is', async () => {
    await writeTree(folder.path, { 'tests/a.py': leak('a') })

    const below = await reportOf(join(folder.path, 'tests'), 'scan', join(folder.path, 'tests'))
    const inside = await reportOf(folder.path, 'scan', folder.path)

    expect([below.verdict, inside.verdict]).toEqual(['hold', 'publish'])
  })
})
