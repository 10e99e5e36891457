import { randomBytes } from 'node:crypto'
import { chmod, mkdir, rename, symlink, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { changesOf, type LocalJob, startLocalJob } from './local-job.ts'
import { plainGit } from './origin.ts'

let job: LocalJob

beforeAll(async () => {
  const attributes = '* diff=evil\n*.ts -diff\n'
  job = await startLocalJob({
    'src/a.ts': 'a\nb\nc\n',
    'old.bin': '\0old\0',
    gone: 'x\n',
    '.gitattributes': attributes,
  })
})
beforeEach(() => job.reset())
afterAll(() => job[Symbol.asyncDispose]())

async function patch(): Promise<{ readonly text: string; readonly bytes: Uint8Array; readonly treeSha: string }> {
  const change = changesOf(await job.collect())
  const bytes = await job.source.patch(job.repository, change, AbortSignal.timeout(30_000))
  if (bytes === null) throw new Error('no patch')
  return { text: Buffer.from(bytes).toString('utf8'), bytes, treeSha: change.treeSha }
}

/** The tree that comes of the patch where somebody applies it to the base commit. */
async function applied(bytes: Uint8Array): Promise<string> {
  const clone = join(job.folder.path, `clone-${randomBytes(4).toString('hex')}`)
  await plainGit(['clone', '-q', job.origin, clone])
  await plainGit(['-C', clone, 'apply', '--index', '-'], bytes)
  return plainGit(['-C', clone, 'write-tree'])
}

describe('the patch of a change', () => {
  it('makes exactly the change, whatever the files are', async () => {
    await job.write('src/a.ts', 'a\nB\nc')
    await job.write('bin/tool', '#!/bin/sh\n', 0o755)
    await writeFile(join(job.workspace, 'old.bin'), randomBytes(3000))
    await writeFile(join(job.workspace, 'latin.txt'), Buffer.from('caf\xe9\r\n', 'latin1'))
    await job.write('odd "näme" GIT binary patch', 'x\n')
    await job.write('empty', '')
    await unlink(join(job.workspace, 'gone'))
    await symlink('src/a.ts', join(job.workspace, 'link'))
    await chmod(join(job.workspace, '.gitattributes'), 0o755)
    await mkdir(join(job.workspace, 'lib'))
    await rename(join(job.workspace, 'src/a.ts'), join(job.workspace, 'lib/a.ts'))

    const { bytes, treeSha } = await patch()

    expect(await applied(bytes)).toBe(treeSha)
  })

  it('shows text as text, whatever attributes the repository has for it', async () => {
    await job.write('src/a.ts', 'a\nB\nc\n')

    expect((await patch()).text).toContain('-b\n+B\n')
  })

  it('does not change when the sandbox puts a driver for it into the workspace', async () => {
    await job.write('src/a.ts', 'a\nB\nc\n')
    const before = await patch()
    await job.write('.git/config', '[diff "evil"]\n\ttextconv = touch /tmp/owned; cat\n\tcommand = touch /tmp/owned\n')
    await job.write('.git/info/attributes', '* diff=evil\n')

    expect(Buffer.from((await patch()).bytes)).toEqual(Buffer.from(before.bytes))
  })
})
