import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSource, defaultSourceLimits } from '../../worker/git/create-source.ts'
import { makeRequest } from './job-request.ts'
import { type LocalJob, startLocalJob, summaryOf } from './local-job.ts'
import { makeFolder, makeOrigin, plainGit } from './origin.ts'

describe('a .git that the sandbox made hostile', () => {
  let job: LocalJob
  let traps: string

  beforeEach(async () => {
    job = await startLocalJob({ 'a.txt': 'a\n', 'b.txt': 'b\n' })
    traps = join(job.folder.path, 'fired')
    await mkdir(traps)
  })

  afterEach(() => job[Symbol.asyncDispose]())

  const plain = (...args: string[]) =>
    plainGit(['-C', job.workspace, '-c', 'safe.directory=*', ...args]).catch(() => '')

  async function trap(name: string): Promise<string> {
    const path = join(job.workspace, '.git', `trap-${name}`)
    await writeFile(path, `#!/bin/sh\necho fired > ${join(traps, name)}\n`)
    await chmod(path, 0o755)
    return path
  }
  const set = async (key: string, name: string) => plain('config', key, await trap(name))

  const attacks: [string, (name: string) => Promise<unknown>, () => Promise<unknown>][] = [
    ['fsmonitor', (name) => set('core.fsmonitor', name), () => plain('status')],
    [
      'clean-filter',
      async (name) => {
        await set('filter.evil.clean', name)
        await writeFile(join(job.workspace, '.git/info/attributes'), '* filter=evil\n')
      },
      () => plain('add', '--all'),
    ],
    [
      'textconv',
      async (name) => {
        await set('diff.evil.textconv', name)
        await writeFile(join(job.workspace, '.git/info/attributes'), '* diff=evil\n')
      },
      () => plain('diff'),
    ],
    ['external-diff', (name) => set('diff.external', name), () => plain('diff')],
    [
      'hooks',
      async (name) => plain('config', 'core.hooksPath', join(await trap(name), '..')),
      async () => {
        await writeFile(
          join(job.workspace, '.git/post-index-change'),
          `#!/bin/sh\necho fired > ${join(traps, 'hooks')}\n`,
        )
        await chmod(join(job.workspace, '.git/post-index-change'), 0o755)
        await plain('add', '--all')
      },
    ],
    [
      'include',
      async (name) => {
        await writeFile(join(job.folder.path, 'included'), `[core]\n\tfsmonitor = ${await trap(name)}\n`)
        await plain('config', 'include.path', join(job.folder.path, 'included'))
      },
      () => plain('status'),
    ],
    ['ssh-command', (name) => set('core.sshCommand', name), () => plain('fetch', 'ssh://localhost/x')],
    [
      'insteadof-ext',
      async (name) => {
        await plain('config', `url.ext::${await trap(name)}.insteadOf`, 'https://example.com/')
        await plain('config', 'protocol.ext.allow', 'always')
      },
      () => plain('fetch', 'https://example.com/'),
    ],
  ]

  it.each(attacks)('%s never fires, and control: it does for git run there plainly', async (name, plant, provoke) => {
    await plant(name)
    await job.write('a.txt', 'changed\n')

    expect(summaryOf(await job.collect())).toEqual(['M a.txt'])
    expect(await readdir(traps)).toEqual([])

    await provoke()
    expect(await readdir(traps)).toEqual([name])
  })

  it('alternates to another repository give nothing, and control: git run there plainly reads it', async () => {
    const other = join(job.folder.path, 'other')
    await makeOrigin(other, { secret: 'of another repository\n' })
    const blob = await plainGit(['-C', other, 'rev-parse', 'HEAD:secret'])
    await writeFile(join(job.workspace, '.git/objects/info/alternates'), `${other}/.git/objects\n`)
    await plain('update-index', '--add', '--cacheinfo', `100644,${blob},stolen`)
    await job.write('a.txt', 'changed\n')

    expect(summaryOf(await job.collect())).toEqual(['M a.txt'])
    await expect(plainGit([`--git-dir=${job.repository}`, 'cat-file', '-e', blob])).rejects.toThrow(/exit/)
    expect(await plain('cat-file', 'blob', blob)).toBe('of another repository')
  })

  it('believes no index, HEAD, worktree or commondir of it', async () => {
    await job.write('a.txt', 'changed\n')
    await plain('update-index', '--assume-unchanged', 'a.txt')
    await plain('update-index', '--skip-worktree', 'a.txt')
    await plain('update-index', '--force-remove', 'b.txt')
    await plain('config', 'core.worktree', '/etc')
    await writeFile(join(job.workspace, '.git/commondir'), '/nonexistent\n')
    await writeFile(join(job.workspace, '.git/HEAD'), 'ref: refs/heads/../../../../etc/passwd\n')

    expect(summaryOf(await job.collect())).toEqual(['M a.txt'])
  })
})

describe('a repository that is hostile itself', () => {
  it.each([
    // CVE-2024-32002: a submodule whose path differs from a symlink only by case writes hooks into .git.
    ['CVE-2024-32002', '[submodule "x/y"]\n\tpath = A/modules/x\n\turl = ./hook\n', 'A/modules/x'],
    // CVE-2025-48384: a path with a trailing carriage return is read back without it.
    ['CVE-2025-48384', '[submodule "x"]\n\tpath = "sub\r"\n\turl = ./hook\n', 'sub\r'],
  ])('%s: nothing is laid out and nothing runs', async (_, modules, path) => {
    await using folder = await makeFolder()
    const origin = join(folder.path, 'origin')
    const fired = join(folder.path, 'fired')
    const hook = join(folder.path, 'hook')
    await makeOrigin(hook, { 'y/hooks/post-checkout': { script: `#!/bin/sh\ntouch ${fired}\n` } })
    await makeOrigin(origin, { '.gitmodules': modules, a: { link: '.git' } })
    const hookSha = await plainGit(['-C', hook, 'rev-parse', 'HEAD'])
    await plainGit(['-C', origin, 'update-index', '--add', '--cacheinfo', `160000,${hookSha},${path}`])
    await plainGit(['-C', origin, 'commit', '--quiet', '-m', 'submodule'])
    const sha = await plainGit(['-C', origin, 'rev-parse', 'HEAD'])
    const source = createSource({
      dataDir: join(folder.path, 'data'),
      git: 'git',
      cloneAccess: async () => ({ url: origin, token: null, dispose: async () => undefined }),
      limits: defaultSourceLimits,
    })
    const paths = {
      workspace: join(folder.path, 'workspace'),
      repository: join(folder.path, 'repository.git'),
      owner: null,
    }

    const running = source.materialise(makeRequest({ ref: 'main', sha }), paths, AbortSignal.timeout(30_000))

    await expect(running).rejects.toMatchObject({ name: 'SourceError' })
    expect(await readdir(folder.path)).not.toContain('fired')
    expect(await readdir(folder.path)).not.toContain('workspace')
  })

  it('its own server-side settings and hooks have no part in reading it', async () => {
    await using folder = await makeFolder()
    const origin = join(folder.path, 'origin')
    const sha = await makeOrigin(origin, { 'a.txt': 'x' })
    const fired = join(folder.path, 'fired')
    const trap = join(folder.path, 'trap')
    await writeFile(trap, `#!/bin/sh\ntouch ${fired}\nexec "$@"\n`)
    await chmod(trap, 0o755)
    for (const key of ['uploadpack.packObjectsHook', 'core.fsmonitor', 'core.sshCommand', 'core.gitProxy']) {
      await plainGit(['-C', origin, 'config', key, trap])
    }
    const source = createSource({
      dataDir: join(folder.path, 'data'),
      git: 'git',
      cloneAccess: async () => ({ url: origin, token: null, dispose: async () => undefined }),
      limits: defaultSourceLimits,
    })
    const paths = {
      workspace: join(folder.path, 'workspace'),
      repository: join(folder.path, 'repository.git'),
      owner: null,
    }

    await source.materialise(makeRequest({ ref: 'main', sha }), paths, AbortSignal.timeout(30_000))

    expect(await readdir(folder.path)).not.toContain('fired')
    await plainGit(['-C', origin, 'status'])
    expect(await readdir(folder.path)).toContain('fired')
    await rm(fired)
  })
})
