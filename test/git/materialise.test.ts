import { lstat, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JobRequest } from '../../worker/contract/index.ts'
import { createSource, defaultSourceLimits, type SourceLimits } from '../../worker/git/create-source.ts'
import type { MaterialisedBase, Source } from '../../worker/pipeline/ports/index.ts'
import { type HttpBackend, startHttpBackend } from './http-backend.ts'
import { makeRequest } from './job-request.ts'
import { commitFiles, commitRawTree, type Folder, makeFolder, makeOrigin, plainGit } from './origin.ts'

/** An ordinary user can give files to nobody but itself. */
const ownUid = process.getuid?.() ?? 0
const isRoot = ownUid === 0
const token = 'ghs_canary4MaterialiseTests0123456789'
let folder: Folder
let backend: HttpBackend
let disposed: number

beforeEach(async () => {
  folder = await makeFolder()
  backend = await startHttpBackend(folder.path, token)
  disposed = 0
})

afterEach(async () => {
  await backend[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

function makeSource(options: { token?: string | null; limits?: Partial<SourceLimits>; owner?: number } = {}): Source {
  return createSource({
    dataDir: join(folder.path, 'data'),
    git: 'git',
    cloneAccess: async () => ({
      url: `${backend.origin}/origin`,
      token: options.token === undefined ? token : options.token,
      dispose: async () => {
        disposed += 1
      },
    }),
    fileOwner: () => (options.owner === undefined ? null : { uid: options.owner, gid: process.getgid?.() ?? 0 }),
    limits: { ...defaultSourceLimits, ...options.limits },
  })
}

async function materialise(
  sha: string,
  source = makeSource(),
  { name = 'job', ref = 'main' } = {},
): Promise<MaterialisedBase & { workspace: string; repository: string; request: JobRequest }> {
  const request = makeRequest({ ref, sha })
  const workspace = join(folder.path, name, 'workspace')
  const repository = join(folder.path, name, 'repository.git')
  const base = await source.materialise(request, { workspace, repository }, AbortSignal.timeout(50_000))
  return { ...base, workspace, repository, request }
}

const origin = () => join(folder.path, 'origin')

describe('materialise', () => {
  it('lays the base commit out as plain files, with their modes and symlinks', async () => {
    const sha = await makeOrigin(origin(), {
      'README.md': 'hello\n',
      'bin/run': { script: '#!/bin/sh\n' },
      'docs/link': { link: '../README.md' },
      '-rf': 'a name\n',
    })

    const base = await materialise(sha)

    expect(base).toMatchObject({
      sha,
      files: 4,
      notes: [],
      treeSha: await plainGit(['-C', origin(), 'rev-parse', 'main^{tree}']),
    })
    expect(base.paths).toEqual(['-rf', 'README.md', 'bin/run', 'docs/link'])
    expect(await readFile(join(base.workspace, 'README.md'), 'utf8')).toBe('hello\n')
    expect((await stat(join(base.workspace, 'bin/run'))).mode & 0o111).not.toBe(0)
    expect((await stat(join(base.workspace, 'README.md'))).mode & 0o111).toBe(0)
    expect(await readlink(join(base.workspace, 'docs/link'))).toBe('../README.md')
    expect(disposed).toBe(1)
  })

  it('gives a .git that works, is clean, and holds no remote, hook, history or way to the mirror', async () => {
    await makeOrigin(origin(), { 'old.txt': 'an older secret\n' })
    await rm(join(origin(), 'old.txt'))
    const sha = await commitFiles(origin(), { 'a.txt': 'a\n', 'b.bat': 'b\n', '.gitattributes': '*.bat eol=crlf\n' })

    const { workspace } = await materialise(sha)

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
    await makeOrigin(origin(), { 'a.txt': 'one\ntwo $Id$ $Format:%H$\n' })
    const sha = await commitFiles(origin(), {
      '.gitattributes': '*.txt text eol=crlf ident filter=evil export-subst\n',
    })

    const { workspace } = await materialise(sha)
    const plain = join(folder.path, 'plain')
    await plainGit(['clone', '--quiet', origin(), plain])

    expect(await readFile(join(workspace, 'a.txt'), 'utf8')).toBe('one\ntwo $Id$ $Format:%H$\n')
    expect(await readFile(join(plain, 'a.txt'), 'utf8')).toMatch(/^one\r\ntwo \$Id: [0-9a-f]{40} \$/)
  })

  it('gives the files to the sandbox’s user, symlinks themselves included', async () => {
    const sha = await makeOrigin(origin(), { 'a/b.txt': 'x', link: { link: '/etc/hostname' } })
    const before = await stat('/etc/hostname')

    const owner = isRoot ? 54321 : ownUid
    const { workspace } = await materialise(sha, makeSource({ owner }))

    for (const path of ['.', 'a', 'a/b.txt', 'link', '.git/index']) {
      expect((await lstat(join(workspace, path))).uid).toBe(owner)
    }
    expect((await stat('/etc/hostname')).uid).toBe(before.uid)
  })

  it('lays nothing out for a job that starts from a snapshot', async () => {
    const sha = await makeOrigin(origin(), { 'a.txt': 'x' })
    const repository = join(folder.path, 'job.git')

    const base = await makeSource().materialise(
      makeRequest({ ref: 'main', sha }),
      { workspace: null, repository },
      AbortSignal.timeout(20_000),
    )

    expect(base.files).toBe(1)
    expect(await plainGit([`--git-dir=${repository}`, 'rev-parse', `${sha}^{tree}`])).toBe(base.treeSha)
  })

  it('takes the commit that was asked for although the branch moved on', async () => {
    const sha = await makeOrigin(origin(), { 'a.txt': 'first' })
    await commitFiles(origin(), { 'a.txt': 'second' })

    const { workspace } = await materialise(sha)

    expect(await readFile(join(workspace, 'a.txt'), 'utf8')).toBe('first')
  })

  it('fetches a commit once: the second job only asks where the branch is', async () => {
    const sha = await makeOrigin(origin(), { 'a.txt': 'x' })
    await materialise(sha)
    backend.requests.length = 0

    await materialise(sha, makeSource(), { name: 'second' })

    expect(backend.requests).toEqual(['GET /origin/info/refs?service=git-upload-pack', 'POST /origin/git-upload-pack'])
  })

  it('serves two jobs of one repository at once', async () => {
    const first = await makeOrigin(origin(), { 'a.txt': 'first' })
    const second = await commitFiles(origin(), { 'a.txt': 'second' })

    const [one, two] = await Promise.all([
      materialise(first, makeSource(), { name: 'one' }),
      materialise(second, makeSource(), { name: 'two' }),
    ])

    expect(await readFile(join(one.workspace, 'a.txt'), 'utf8')).toBe('first')
    expect(await readFile(join(two.workspace, 'a.txt'), 'utf8')).toBe('second')
  })

  it.each(['a lost pack', 'a cut pack', 'a folder of rubbish'])('makes a damaged mirror again: %s', async (damage) => {
    const sha = await makeOrigin(origin(), { 'a.txt': 'x'.repeat(5000), 'b.txt': 'y' })
    await materialise(sha)
    const mirror = join(folder.path, 'data/mirrors/7.git')
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

    const { workspace } = await materialise(sha, makeSource(), { name: 'again' })

    expect(await readFile(join(workspace, 'b.txt'), 'utf8')).toBe('y')
  })

  it('reads a repository on this machine, a bare commit of it, and one without its history', async () => {
    await makeOrigin(origin(), { 'a.txt': 'x' })
    const sha = await commitFiles(origin(), { 'a.txt': 'y' })
    const shallow = join(folder.path, 'shallow')
    await plainGit(['clone', '--quiet', '--depth=1', `file://${origin()}`, shallow])

    for (const [index, url] of [origin(), `file://${origin()}`, shallow].entries()) {
      const source = createSource({
        dataDir: join(folder.path, `data${index}`),
        git: 'git',
        cloneAccess: async () => ({ url, token: null, dispose: async () => undefined }),
        fileOwner: () => null,
        limits: defaultSourceLimits,
      })
      const { workspace } = await materialise(sha, source, { name: `local${index}`, ref: index === 0 ? sha : 'main' })
      expect(await readFile(join(workspace, 'a.txt'), 'utf8')).toBe('y')
    }
  })
})

describe('what materialise refuses', () => {
  const refusal = async (run: Promise<unknown>) => {
    const error: unknown = await run.then(
      () => null,
      (reason) => reason,
    )
    return error
  }

  it('says denied without a token or with a wrong one, and is not tried again', async () => {
    const sha = await makeOrigin(origin(), { 'a.txt': 'x' })

    for (const wrong of [null, 'ghs_another']) {
      expect(await refusal(materialise(sha, makeSource({ token: wrong })))).toMatchObject({
        name: 'SourceError',
        code: 'denied',
        retryable: false,
      })
    }
    expect(disposed).toBe(2)
  })

  it.each([500, 503, 429])('says unavailable for %i, to be tried again', async (status) => {
    const sha = await makeOrigin(origin(), { 'a.txt': 'x' })
    backend.failWith(status)

    expect(await refusal(materialise(sha))).toMatchObject({ code: 'unavailable', retryable: true })
  })

  it('says unavailable where nobody answers, and does not follow a redirect with the token', async () => {
    const sha = await makeOrigin(origin(), { 'a.txt': 'x' })
    backend.failWith(302)
    expect(await refusal(materialise(sha))).toMatchObject({ code: 'unavailable' })

    await backend[Symbol.asyncDispose]()
    const gone = await refusal(materialise(sha))
    backend = await startHttpBackend(folder.path, token)

    expect(gone).toMatchObject({ code: 'unavailable' })
  })

  it('tells an empty repository, a branch that vanished, and a base that is gone apart', async () => {
    await plainGit(['init', '--quiet', '-b', 'main', origin()])
    expect(await refusal(materialise('a'.repeat(40)))).toMatchObject({ code: 'repository-empty' })

    const sha = await commitFiles(origin(), { 'a.txt': 'x' })
    expect(await refusal(materialise(sha, makeSource(), { ref: 'gone' }))).toMatchObject({ code: 'base-missing' })
    expect(await refusal(materialise('a'.repeat(40)))).toMatchObject({ code: 'base-moved' })
    expect((await materialise(sha)).files).toBe(1)
  })

  it('refuses submodules, naming the first', async () => {
    await makeOrigin(origin(), { 'a.txt': 'x' })
    const gitlink = Buffer.from(`160000 commit ${'b'.repeat(40)}\tvendor/lib\0`.replace('vendor/lib', 'lib'))
    const sha = await commitRawTree(origin(), gitlink)

    expect(await refusal(materialise(sha))).toMatchObject({
      code: 'submodules',
      message: 'the repository has submodules (1), the first at lib',
    })
  })

  it.each(['.GIT', 'git~1', '.git ', '.g\u200cit'])('refuses a base with %j in it', async (name) => {
    await makeOrigin(origin(), { 'a.txt': 'x' })
    const blob = await plainGit(['-C', origin(), 'hash-object', '-w', 'a.txt'])
    const sha = await commitRawTree(origin(), Buffer.from(`100644 blob ${blob}\t${name}\0`))

    expect(await refusal(materialise(sha))).toMatchObject({ name: 'SourceError' })
  })

  it('refuses a repository above the limits, with numbers', async () => {
    const sha = await makeOrigin(origin(), { 'a.txt': 'x'.repeat(100), 'b.txt': 'y'.repeat(100) })

    expect(await refusal(materialise(sha, makeSource({ limits: { files: 1 } })))).toMatchObject({
      code: 'too-large',
      message: expect.stringContaining('2 files and 200 bytes'),
    })
    expect(await refusal(materialise(sha, makeSource({ limits: { bytes: 199 } })))).toMatchObject({ code: 'too-large' })
    expect((await materialise(sha, makeSource({ limits: { files: 2, bytes: 200 } }))).bytes).toBe(200)
  })

  it('stops when it is cancelled', async () => {
    const sha = await makeOrigin(origin(), { 'a.txt': 'x' })
    const stop = new AbortController()
    const arrived = backend.hold(new Promise(() => undefined))
    const running = refusal(
      makeSource().materialise(
        makeRequest({ ref: 'main', sha }),
        { workspace: join(folder.path, 'w'), repository: join(folder.path, 'r') },
        stop.signal,
      ),
    )
    await arrived

    stop.abort(new Error('stopped by the test'))

    expect(await running).toMatchObject({ message: 'stopped by the test' })
    expect(disposed).toBe(1)
  })
})

describe('what is odd about a base is said, not refused', () => {
  it('leaves LFS pointers, outward symlinks and names that are not UTF-8 as they are', async () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12345\n`
    await makeOrigin(origin(), {
      'big.bin': pointer,
      '.gitattributes': '*.bin filter=lfs\n',
      out: { link: '/etc/passwd' },
    })
    const listed = await plainGit(['-C', origin(), 'ls-tree', '-z', 'HEAD'])
    const blob = await plainGit(['-C', origin(), 'rev-parse', 'HEAD:.gitattributes'])
    const odd = Buffer.concat([Buffer.from(`${listed}100644 blob ${blob}\tcaf`), Buffer.from([0xe9, 0])])
    const sha = await commitRawTree(origin(), odd)

    const { workspace, notes } = await materialise(sha)

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
