import { lstat, mkdir, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSource, defaultSourceLimits } from '../../worker/git/create-source.ts'
import { makeRequest } from './job-request.ts'
import { commitFiles, commitRawTree, makeOrigin, plainGit } from './origin.ts'
import { type ServedOrigin, startServedOrigin } from './served-origin.ts'

/** An ordinary user can give files to nobody but itself. */
const ownUid = process.getuid?.() ?? 0
const isRoot = ownUid === 0
let served: ServedOrigin

beforeEach(async () => {
  served = await startServedOrigin()
})
afterEach(() => served[Symbol.asyncDispose]())

describe('materialise', () => {
  it('lays the base commit out as plain files, with their modes and symlinks', async () => {
    const sha = await makeOrigin(served.origin, {
      'README.md': 'hello\n',
      'bin/run': { script: '#!/bin/sh\n' },
      'docs/link': { link: '../README.md' },
      '-rf': 'a name\n',
    })

    const base = await served.materialise(sha)

    expect(base).toMatchObject({
      sha,
      files: 4,
      notes: [],
      treeSha: await plainGit(['-C', served.origin, 'rev-parse', 'main^{tree}']),
    })
    expect(base.paths).toEqual(['-rf', 'README.md', 'bin/run', 'docs/link'])
    expect(await readFile(join(base.workspace, 'README.md'), 'utf8')).toBe('hello\n')
    expect((await stat(join(base.workspace, 'bin/run'))).mode & 0o111).not.toBe(0)
    expect((await stat(join(base.workspace, 'README.md'))).mode & 0o111).toBe(0)
    expect(await readlink(join(base.workspace, 'docs/link'))).toBe('../README.md')
    expect(served.disposed()).toBe(1)
  })

  it('gives a .git that works, is clean, and holds no remote, hook, history or way to the mirror', async () => {
    await makeOrigin(served.origin, { 'old.txt': 'an older secret\n' })
    await rm(join(served.origin, 'old.txt'))
    const sha = await commitFiles(served.origin, {
      'a.txt': 'a\n',
      'b.bat': 'b\n',
      '.gitattributes': '*.bat eol=crlf\n',
    })

    const { workspace } = await served.materialise(sha)

    const inside = (...args: string[]) => plainGit(['-C', workspace, '-c', 'safe.directory=*', ...args])
    expect(await inside('status', '--porcelain')).toBe('')
    expect(await inside('log', '--format=%H')).toBe(sha)
    expect(await inside('rev-parse', '--abbrev-ref', 'HEAD')).toBe('main')
    await writeFile(join(workspace, 'a.txt'), 'b\n')
    expect(await inside('diff', '--stat')).toContain('a.txt')
    await inside('commit', '--quiet', '--all', '-m', 'by the agent')
    expect(await inside('remote')).toBe('')
    expect(await readdir(join(workspace, '.git'))).not.toContain('hooks')
    expect(await readdir(join(workspace, '.git/objects/info'))).toEqual([])
    expect(await inside('cat-file', '--batch-all-objects', '--batch-check=%(objecttype)')).not.toContain('tag')
    await expect(inside('cat-file', '-e', `${sha}^`)).rejects.toThrow(/exit/)
  })

  it('runs no filter and changes no line end, keyword or encoding on the way', async () => {
    await makeOrigin(served.origin, { 'a.txt': 'one\ntwo $Id$ $Format:%H$\n' })
    const sha = await commitFiles(served.origin, {
      '.gitattributes': '*.txt text eol=crlf ident filter=evil export-subst\n',
    })

    const { workspace } = await served.materialise(sha)
    const plain = join(served.path, 'plain')
    await plainGit(['clone', '--quiet', served.origin, plain])

    expect(await readFile(join(workspace, 'a.txt'), 'utf8')).toBe('one\ntwo $Id$ $Format:%H$\n')
    expect(await readFile(join(plain, 'a.txt'), 'utf8')).toMatch(/^one\r\ntwo \$Id: [0-9a-f]{40} \$/)
  })

  it('gives the files to the sandbox’s user, symlinks themselves included', async () => {
    const sha = await makeOrigin(served.origin, { 'a/b.txt': 'x', link: { link: '/etc/hostname' } })
    const before = await stat('/etc/hostname')

    const owner = { uid: isRoot ? 54321 : ownUid, gid: process.getgid?.() ?? 0 }
    const { workspace } = await served.materialise(sha, served.makeSource(), { owner })

    for (const path of ['.', 'a', 'a/b.txt', 'link', '.git/index']) {
      expect((await lstat(join(workspace, path))).uid).toBe(owner.uid)
    }
    expect((await stat('/etc/hostname')).uid).toBe(before.uid)
  })

  it('lays nothing out for a job that starts from a snapshot', async () => {
    const sha = await makeOrigin(served.origin, { 'a.txt': 'x' })
    const repository = join(served.path, 'job.git')

    const base = await served
      .makeSource()
      .materialise(
        makeRequest({ ref: 'main', sha }),
        { workspace: null, repository, owner: null },
        AbortSignal.timeout(20_000),
      )

    expect(base.files).toBe(1)
    expect(await plainGit([`--git-dir=${repository}`, 'rev-parse', `${sha}^{tree}`])).toBe(base.treeSha)
  })

  it('takes the commit that was asked for although the branch moved on', async () => {
    const sha = await makeOrigin(served.origin, { 'a.txt': 'first' })
    await commitFiles(served.origin, { 'a.txt': 'second' })

    const { workspace } = await served.materialise(sha)

    expect(await readFile(join(workspace, 'a.txt'), 'utf8')).toBe('first')
  })

  it('fetches a commit once: the second job asks for nothing, and needs no token', async () => {
    const sha = await makeOrigin(served.origin, { 'a.txt': 'x' })
    await served.materialise(sha)
    served.backend.requests.length = 0

    await served.materialise(sha, served.makeSource(), { name: 'second' })

    expect(served.backend.requests).toEqual([])
    expect(served.disposed()).toBe(1)
  })

  it('serves two jobs of one repository at once', async () => {
    const first = await makeOrigin(served.origin, { 'a.txt': 'first' })
    const second = await commitFiles(served.origin, { 'a.txt': 'second' })

    const [one, two] = await Promise.all([
      served.materialise(first, served.makeSource(), { name: 'one' }),
      served.materialise(second, served.makeSource(), { name: 'two' }),
    ])

    expect(await readFile(join(one.workspace, 'a.txt'), 'utf8')).toBe('first')
    expect(await readFile(join(two.workspace, 'a.txt'), 'utf8')).toBe('second')
  })

  it.each(['a lost pack', 'a cut pack', 'a folder of rubbish'])('makes a damaged mirror again: %s', async (damage) => {
    const sha = await makeOrigin(served.origin, { 'a.txt': 'x'.repeat(5000), 'b.txt': 'y' })
    await served.materialise(sha)
    const mirror = join(served.path, 'data/mirrors/7.git')
    const objects = join(mirror, 'objects')
    if (damage === 'a lost pack') await rm(objects, { recursive: true })
    if (damage === 'a folder of rubbish') {
      await rm(mirror, { recursive: true })
      await writeFile(mirror, 'rubbish')
    }
    if (damage === 'a cut pack') {
      for (const name of await readdir(objects)) {
        if (!/^[0-9a-f]{2}$/.test(name)) continue
        for (const file of await readdir(join(objects, name))) {
          const object = join(objects, name, file)
          const type = await plainGit([`--git-dir=${mirror}`, 'cat-file', '-t', name + file])
          if (type !== 'blob') continue
          await rm(object)
          await writeFile(object, 'cut')
        }
      }
    }

    const { workspace } = await served.materialise(sha, served.makeSource(), { name: 'again' })

    expect(await readFile(join(workspace, 'b.txt'), 'utf8')).toBe('y')
  })

  it('finds nothing in a mirror that another worker removed, and fetches it anew', async () => {
    const sha = await makeOrigin(served.origin, { 'a.txt': 'x' })
    const source = served.makeSource()
    const { request } = await served.materialise(sha, source)
    const find = () => source.find(request, AbortSignal.timeout(50_000))
    expect(await find()).not.toBeNull()

    await rm(join(served.path, 'data/mirrors/7.git'), { recursive: true })

    expect(await find()).toBeNull()
    const { workspace } = await served.materialise(sha, source, { name: 'again' })
    expect(await readFile(join(workspace, 'a.txt'), 'utf8')).toBe('x')
    expect(served.disposed()).toBe(2)
  })

  it('makes a mirror anew whose making was cut short', async () => {
    const sha = await makeOrigin(served.origin, { 'a.txt': 'x' })
    const mirror = join(served.path, 'data/mirrors/7.git')
    await mkdir(mirror, { recursive: true })
    await writeFile(join(mirror, 'HEAD'), 'ref: refs/heads/none\n')

    const { workspace } = await served.materialise(sha)

    expect(await readFile(join(workspace, 'a.txt'), 'utf8')).toBe('x')
  })

  it('reads a repository on this machine, a bare commit of it, and one without its history', async () => {
    await makeOrigin(served.origin, { 'a.txt': 'x' })
    const sha = await commitFiles(served.origin, { 'a.txt': 'y' })
    const shallow = join(served.path, 'shallow')
    await plainGit(['clone', '--quiet', '--depth=1', `file://${served.origin}`, shallow])

    for (const [index, url] of [served.origin, `file://${served.origin}`, shallow].entries()) {
      const source = createSource({
        dataDir: join(served.path, `data${index}`),
        git: 'git',
        cloneAccess: async () => ({ url, token: null, dispose: async () => undefined }),
        limits: defaultSourceLimits,
      })
      const { workspace } = await served.materialise(sha, source, {
        name: `local${index}`,
        ref: index === 0 ? sha : 'main',
      })
      expect(await readFile(join(workspace, 'a.txt'), 'utf8')).toBe('y')
    }
  })
})

describe('what is odd about a base is said, not refused', () => {
  it('leaves LFS pointers, outward symlinks and names that are not UTF-8 as they are', async () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12345\n`
    await makeOrigin(served.origin, {
      'big.bin': pointer,
      '.gitattributes': '*.bin filter=lfs\n',
      out: { link: '/etc/passwd' },
    })
    const listed = await plainGit(['-C', served.origin, 'ls-tree', '-z', 'HEAD'])
    const blob = await plainGit(['-C', served.origin, 'rev-parse', 'HEAD:.gitattributes'])
    const odd = Buffer.concat([Buffer.from(`${listed}100644 blob ${blob}\tcaf`), Buffer.from([0xe9, 0])])
    const sha = await commitRawTree(served.origin, odd)

    const { workspace, notes } = await served.materialise(sha)

    expect(await readFile(join(workspace, 'big.bin'), 'utf8')).toBe(pointer)
    expect(await readlink(join(workspace, 'out'))).toBe('/etc/passwd')
    expect(await readdir(workspace, { encoding: 'buffer' })).toContainEqual(Buffer.from('caf\xe9', 'latin1'))
    expect(notes).toEqual([
      'Git LFS pointers left as they are, without their contents: 1, the first is big.bin',
      'Symlinks that lead out of the repository and are broken in the sandbox: 1, the first is out',
      'Paths that are not UTF-8, and can be read but not changed: 1, the first is caf\ufffd',
    ])
  })
})
