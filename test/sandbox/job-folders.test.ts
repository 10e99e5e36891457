import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JobFolderStore } from '../../worker/pipeline/ports/index.ts'
import { createJobFolders } from '../../worker/sandbox/job-folders.ts'

let root: string
let store: JobFolderStore
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'airlock-folders-'))
  for (const name of ['jobs', 'sockets', 'elsewhere']) await mkdir(join(root, name))
  store = createJobFolders({ dir: join(root, 'jobs'), socketDir: join(root, 'sockets') })
})
afterEach(() => rm(root, { recursive: true, force: true }))

describe('job folders', () => {
  it('are empty, give each phase its own pair, and go whole', async () => {
    {
      await using folders = await store.create('job0000001', 1)

      expect(await readdir(folders.setup.workspace)).toEqual([])
      expect(folders.setup.home).not.toBe(folders.agent.home)
    }

    expect(await readdir(join(root, 'jobs'))).toEqual([])
    expect(await readdir(join(root, 'sockets'))).toEqual([])
  })

  it('replace what an earlier attempt left, its socket folder too', async () => {
    const first = await store.create('job0000001', 1)
    await writeFile(join(first.agent.workspace, 'left.txt'), 'x')

    await using second = await store.create('job0000001', 2)

    expect(existsSync(first.root)).toBe(false)
    expect(await readdir(join(root, 'sockets'))).toHaveLength(1)
    expect(await readdir(second.agent.workspace)).toEqual([])
  })

  it('of an attempt that slept do not take those of its successor with them', async () => {
    const sleeper = await store.create('job0000001', 1)
    await using successor = await store.create('job0000001', 2)

    await sleeper[Symbol.asyncDispose]()

    expect(existsSync(successor.agent.workspace)).toBe(true)
    expect(await readdir(join(root, 'sockets'))).toHaveLength(1)
  })

  it('follow no symlink that a sandbox planted where the host writes', async () => {
    await using folders = await store.create('job0000001', 1)
    const { home } = folders.agent
    const outside = join(root, 'elsewhere')
    await symlink(outside, join(home, '.pi'))
    await symlink(join(outside, 'target.txt'), join(home, 'task.md'))

    await store.write(home, '.pi/agent/models.json', '{}', null)
    await store.write(home, 'task.md', 'fix it', null)

    expect(await readdir(outside)).toEqual([])
    expect(await readFile(join(home, '.pi', 'agent', 'models.json'), 'utf8')).toBe('{}')
    expect((await lstat(join(home, 'task.md'))).isFile()).toBe(true)
  })

  it('make a symlink in place of what a sandbox planted, below real folders alone, and look at nothing it leads to', async () => {
    await using folders = await store.create('job0000001', 1)
    const { workspace } = folders.agent
    const outside = join(root, 'elsewhere')
    await symlink(outside, join(workspace, 'docs'))
    await symlink(outside, join(workspace, 'planted'))

    await store.link(workspace, 'docs/current', Buffer.from('../README.md'), null)
    await store.link(workspace, 'planted', Buffer.from('/etc/passwd'), null)

    expect(await readdir(outside)).toEqual([])
    expect(await readlink(join(workspace, 'docs', 'current'))).toBe('../README.md')
    expect(await readlink(join(workspace, 'planted'))).toBe('/etc/passwd')
    await expect(store.link(workspace, '../out', Buffer.from('x'), null)).rejects.toThrow('not a path inside')
  })

  it.each(['../out', '/etc/passwd', 'a/../../b', 'a//b', ''])('refuse the path %j', async (path) => {
    await using folders = await store.create('job0000001', 1)

    await expect(store.write(folders.agent.home, path, 'x', null)).rejects.toThrow('not a path inside')
  })

  it('can be removed although a sandbox took away its own permissions', async () => {
    const owner = process.getuid?.() === 0 ? { uid: 600_001, gid: 600_001 } : null
    const folders = await store.create('job0000001', 1)
    await store.give(folders, owner)
    const locked = join(folders.agent.workspace, 'a', 'b')
    await mkdir(locked, { recursive: true })
    await writeFile(join(locked, 'c'), 'x')
    await chmod(locked, 0)
    await chmod(join(folders.agent.workspace, 'a'), 0)

    await folders[Symbol.asyncDispose]()

    expect(existsSync(folders.root)).toBe(false)
  })

  it('of a worker that died are reaped; those of one that lives are not', async () => {
    await using own = await store.create('job0000001', 1)
    const dead = await store.create('job0000002', 1)
    const claimPath = join(root, 'jobs', 'job0000002', 'claim.json')
    const claim = JSON.parse(await readFile(claimPath, 'utf8'))
    const { pid } = spawnSync('true')
    await writeFile(claimPath, JSON.stringify({ ...claim, worker: { ...claim.worker, pid } }))

    expect(await store.reap((jobId) => jobId === 'job0000002')).toBe(0)
    expect(await store.reap(() => false)).toBe(1)

    expect(existsSync(dead.root)).toBe(false)
    expect((await stat(own.agent.workspace)).isDirectory()).toBe(true)
    expect(await store.reap(() => false)).toBe(0)
  })
})
