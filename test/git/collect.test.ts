import { chmod, mkdir, rename, rm, symlink, truncate, unlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { blobHash, fileMode, formatFingerprint } from '../../worker/git/fingerprint.ts'
import { changesOf, type LocalJob, startLocalJob, summaryOf } from './local-job.ts'
import { commitRawTree, makeOrigin, type OriginFile, plainGit } from './origin.ts'

/** The job of most tests, with the workspace as it was materialised; `own` is one of the test's own. */
let job: LocalJob
let own: LocalJob | null = null

beforeAll(async () => {
  job = await startLocalJob(files)
})
beforeEach(() => job.reset())
afterEach(async () => {
  await own?.[Symbol.asyncDispose]()
  own = null
})
afterAll(() => job[Symbol.asyncDispose]())

const files: Record<string, OriginFile> = {
  'README.md': 'hello\n',
  'src/a.ts': 'a\n',
  'src/b.ts': 'b\n',
  'bin/run': { script: '#!/bin/sh\n' },
  link: { link: 'README.md' },
}

function print(content: string, mode = 0o644): string {
  const size = Buffer.byteLength(content)
  return formatFingerprint({ mode: fileMode(mode), size, sha: blobHash(size).update(content).digest('hex') })
}

describe('collect', () => {
  it('finds nothing where nothing changed', async () => {
    expect(await job.collect()).toEqual({ kind: 'none' })
  })

  it('builds additions, changes, deletions, modes and symlinks into a tree of the clean repository', async () => {
    await job.write('src/a.ts', 'changed\n')
    await job.write('new/deep/c.ts', 'c\n')
    await job.write('run.sh', '#!/bin/sh\n', 0o755)
    await chmod(join(job.workspace, 'README.md'), 0o755)
    await unlink(join(job.workspace, 'src/b.ts'))
    await unlink(join(job.workspace, 'link'))
    await symlink('src/a.ts', join(job.workspace, 'link'))

    const result = await job.collect()

    expect(summaryOf(result)).toEqual([
      'M README.md',
      'M link',
      'A new/deep/c.ts',
      'A run.sh',
      'M src/a.ts',
      'D src/b.ts',
    ])
    const { treeSha, baseSha, files: changed } = changesOf(result)
    expect(baseSha).toBe(job.sha)
    const byPath = new Map(changed.map((file) => [file.path, file]))
    expect(Buffer.from(byPath.get('src/a.ts')?.before?.content ?? []).toString()).toBe('a\n')
    expect(Buffer.from(byPath.get('src/a.ts')?.after?.content ?? []).toString()).toBe('changed\n')
    expect(byPath.get('README.md')).toMatchObject({ before: { mode: '100644' }, after: { mode: '100755' } })
    expect(byPath.get('link')?.after?.mode).toBe('120000')
    expect(Buffer.from(byPath.get('link')?.after?.content ?? []).toString()).toBe('src/a.ts')
    const listed = await plainGit([`--git-dir=${job.repository}`, 'ls-tree', '-r', '--name-only', treeSha])
    expect(listed.split('\n')).toEqual(['README.md', 'bin/run', 'link', 'new/deep/c.ts', 'run.sh', 'src/a.ts'])
    expect(await plainGit([`--git-dir=${job.repository}`, 'cat-file', 'blob', `${treeSha}:src/a.ts`])).toBe('changed')
    await expect(plainGit([`--git-dir=${job.origin}/.git`, 'cat-file', '-e', treeSha])).rejects.toThrow(/exit/)
  })

  it('makes the tree that git itself would, whatever quotes, lines and commands stand in names', async () => {
    const odd = { 'line\nend.txt': 'x\n', 'gone\nD README.md': 'x\n', 'tab\t"quoted"\\name': 'x\n', 'ü.txt': 'x\n' }
    own = await startLocalJob({ ...files, ...odd })
    for (const name of ['line\nend.txt', 'tab\t"quoted"\\name', 'ü.txt']) await own.write(name, 'changed\n')
    await unlink(join(own.workspace, 'gone\nD README.md'))
    await own.write('dir "a"/\\101 é.txt', 'new\n')

    const { treeSha } = changesOf(await own.collect())

    const plain = [`--git-dir=${own.repository}`, `--work-tree=${own.workspace}`]
    await plainGit([...plain, 'add', '--all'])
    expect(treeSha).toBe(await plainGit([...plain, 'write-tree']))
    expect(await plainGit([...plain, 'ls-tree', '--name-only', treeSha, 'README.md'])).toBe('README.md')
  })

  it('takes a folder that became a file, and a file that became a folder', async () => {
    await rm(join(job.workspace, 'src'), { recursive: true })
    await job.write('src', 'now a file\n')
    await rm(join(job.workspace, 'README.md'))
    await job.write('README.md/index.md', 'now a folder\n')

    expect(summaryOf(await job.collect())).toEqual([
      'D README.md',
      'A README.md/index.md',
      'A src',
      'D src/a.ts',
      'D src/b.ts',
    ])
  })

  it('gives the same tree again when it runs again', async () => {
    await job.write('src/a.ts', 'changed\n')

    const first = changesOf(await job.collect())
    const second = changesOf(await job.collect())

    expect(second).toEqual(first)
  })

  it('compares tracked files by content: a kept size and time hide nothing', async () => {
    const target = join(job.workspace, 'README.md')
    await utimes(target, 1000, 1000)
    await writeFile(target, 'HELLO\n')
    await utimes(target, 1000, 1000)

    expect(summaryOf(await job.collect())).toEqual(['M README.md'])
  })

  it('takes files that were left half-written as they are', async () => {
    await job.write('src/a.ts', 'export const half = "no e')
    await job.write('empty.ts', '')

    expect(summaryOf(await job.collect())).toEqual(['A empty.ts', 'M src/a.ts'])
  })

  it('copes with many files at once', async () => {
    await Promise.all(
      Array.from({ length: 900 }, (_, index) => job.write(`many/${index % 7}/${index}.txt`, `${index}`)),
    )

    expect(changesOf(await job.collect()).files).toHaveLength(900)
  })

  it.each(['removed', 'emptied', 'emptied but for .git'])('says when the workspace was %s', async (how) => {
    if (how === 'emptied but for .git') {
      for (const name of ['README.md', 'src', 'bin', 'link']) await rm(join(job.workspace, name), { recursive: true })
    } else {
      await rm(job.workspace, { recursive: true })
      if (how === 'emptied') await mkdir(job.workspace)
    }

    expect(await job.collect()).toEqual({ kind: 'workspace-deleted' })
  })

  it('does not follow a symlink that took the place of the workspace', async () => {
    await rename(job.workspace, `${job.workspace}-moved`)
    await symlink(`${job.workspace}-moved`, job.workspace)

    expect(await job.collect()).toEqual({ kind: 'workspace-deleted' })
  })

  it('stops when it is cancelled', async () => {
    await expect(job.collect({ signal: AbortSignal.abort(new Error('stopped')) })).rejects.toThrow('stopped')
  })
})

describe('what is not part of a change', () => {
  it('leaves out what the base ignores, but for what it tracks', async () => {
    own = await startLocalJob({
      ...files,
      '.gitignore': 'node_modules/\n*.log\n!keep.log\n/dist\n',
      'src/.gitignore': 'tmp\n',
      'dist/tracked.js': 'tracked\n',
    })
    for (const path of ['node_modules/x/index.js', 'a.log', 'src/b.log', 'src/tmp', 'dist/new.js']) {
      await own.write(path, 'ignored')
    }
    await own.write('dist/tracked.js', 'changed\n')
    await own.write('keep.log', 'kept')
    await own.write('tmp', 'only ignored below src')

    expect(summaryOf(await own.collect())).toEqual(['M dist/tracked.js', 'A keep.log', 'A tmp'])
  })

  it('does not let an agent hide files by rules of its own', async () => {
    own = await startLocalJob({ ...files, '.gitignore': '*.log\n' })
    await own.write('.gitignore', '*\n')
    await own.write('sub/.gitignore', '*\n')
    await own.write('sub/hidden.sh', 'x')
    await own.write('.git/info/exclude', '*\n')

    expect(summaryOf(await own.collect())).toEqual(['M .gitignore', 'A sub/.gitignore', 'A sub/hidden.sh'])
  })

  it('asks about names that are magic to git', async () => {
    own = await startLocalJob({ ...files, '.gitignore': '*.log\n' })
    for (const path of [':(top)x', ':!x.log', 'a*b', '[x]', '!x', '#x', ' x', 'x\\y']) await own.write(path, 'x')

    expect(summaryOf(await own.collect())).toEqual(
      [' x', '!x', '#x', ':(top)x', '[x]', 'a*b', 'x\\y'].map((p) => `A ${p}`),
    )
  })

  it('leaves out what setup left unchanged, and takes what was changed since, whatever its time says', async () => {
    await job.write('made-by-setup.txt', 'same\n')
    await job.write('changed-since.txt', 'evil\n')
    await job.write('README.md', 'changed by setup\n')
    await job.write('src/a.ts', 'changed by both\n')
    await unlink(join(job.workspace, 'src/b.ts'))
    const kept = new Map([
      ['made-by-setup.txt', print('same\n')],
      ['changed-since.txt', print('good\n')],
      ['README.md', print('changed by setup\n')],
      ['src/a.ts', print('changed by setup\n')],
      ['bin/run', print('#!/bin/sh\n', 0o755)],
    ])

    expect(summaryOf(await job.collect({ kept }))).toEqual(['A changed-since.txt', 'M src/a.ts'])
    expect(await job.collect().then(summaryOf)).toEqual([
      'M README.md',
      'A changed-since.txt',
      'A made-by-setup.txt',
      'M src/a.ts',
      'D src/b.ts',
    ])
  })

  it('passes over the .git that the host made, whatever became of it', async () => {
    for (const replace of [
      () => writeFile(join(job.workspace, '.git'), 'gitdir: /etc\n'),
      () => symlink('/etc', join(job.workspace, '.git')),
      () => plainGit(['init', '--quiet', job.workspace]),
    ]) {
      await rm(join(job.workspace, '.git'), { recursive: true, force: true })
      await replace()
      expect(await job.collect()).toEqual({ kind: 'none' })
    }
  })
})

describe('budgets', () => {
  it.each([
    ['files', { files: 2 }, 'more than 2 files changed'],
    ['bytes together', { bytes: 2500 }, 'more than 2500 bytes together'],
    ['bytes of one file', { fileBytes: 999 }, 'it has 1000 bytes; at most 999 are taken'],
  ])('stops at too many %s, and control: takes just enough', async (_, over, why) => {
    for (const name of ['x', 'y', 'z']) await job.write(name, name.repeat(1000))

    const enough = { files: 3, bytes: 3000, fileBytes: 1000 }
    expect(await job.collect({ budget: { ...enough, ...over } })).toMatchObject({
      kind: 'over-budget',
      why: expect.stringContaining(why),
    })
    expect(summaryOf(await job.collect({ budget: enough }))).toEqual(['A x', 'A y', 'A z'])
  })

  it('never reads a sparse file of 8 TB', async () => {
    await job.write('sparse', '')
    await truncate(join(job.workspace, 'sparse'), 8 * 1024 ** 4)

    const result = await job.collect()

    expect(result).toMatchObject({ kind: 'over-budget', path: 'sparse' })
  })

  it('takes no longer than it may', async () => {
    await Promise.all(Array.from({ length: 500 }, (_, index) => job.write(`${index}.txt`, 'x'.repeat(500))))

    expect(await job.collect({ budget: { timeMs: 1 } })).toMatchObject({ kind: 'over-budget' })
  })

  it('counts what large deleted files had', async () => {
    own = await startLocalJob({ ...files, large: 'x'.repeat(5000) })
    await unlink(join(own.workspace, 'large'))

    expect(await own.collect({ budget: { bytes: 4999 } })).toMatchObject({ kind: 'over-budget' })
    expect(summaryOf(await own.collect({ budget: { bytes: 5000 } }))).toEqual(['D large'])
  })
})

describe('a base with names that are not UTF-8', () => {
  const startOdd = () =>
    startLocalJob(files, async (origin) => {
      await makeOrigin(origin, files)
      const blob = await plainGit(['-C', origin, 'rev-parse', 'HEAD:README.md'])
      const listed = await plainGit(['-C', origin, 'ls-tree', '-z', 'HEAD'])
      return commitRawTree(origin, Buffer.from(`${listed}100644 blob ${blob}\tcaf\xe9\0`, 'latin1'))
    })
  const oddPath = ({ workspace }: LocalJob) => Buffer.concat([Buffer.from(`${workspace}/caf`), Buffer.from([0xe9])])

  it('keeps them while other files change', async () => {
    own = await startOdd()
    await own.write('src/a.ts', 'changed\n')

    expect(summaryOf(await own.collect())).toEqual(['M src/a.ts'])
  })

  it('refuses one that was changed or deleted', async () => {
    own = await startOdd()
    const refused = { kind: 'unsafe', path: 'caf\ufffd', why: 'its path is not UTF-8' }

    await writeFile(oddPath(own), 'x')
    expect(await own.collect()).toEqual(refused)
    await unlink(oddPath(own))
    expect(await own.collect()).toEqual(refused)
  })
})
