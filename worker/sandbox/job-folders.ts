import { constants, type Stats } from 'node:fs'
import { chmod, chown, lchown, lstat, mkdir, mkdtemp, open, opendir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobFolderStore, JobFolders, Owner } from '../pipeline/ports/index.ts'

export interface JobFolderDeps {
  /** Folders of jobs; only the worker may enter it. */
  readonly dir: string
  /** A short path for unix sockets, whose paths end at 107 bytes; usually the system's temporary folder. */
  readonly socketDir: string
}

/** The host's side of a job: made empty, given to the sandbox's user, removed whole. */
export function createJobFolders(deps: JobFolderDeps): JobFolderStore {
  return {
    async create(jobId, attempt, owner) {
      const jobRoot = join(deps.dir, jobId)
      await removeTree(jobRoot)
      const root = join(jobRoot, String(attempt))
      await mkdir(root, { recursive: true, mode: 0o711 })
      const setup = await makePair(join(root, 'setup'), owner)
      const agent = await makePair(join(root, 'agent'), owner)
      const sockets = await mkdtemp(join(deps.socketDir, 'airlock-'))
      if (owner !== null) await chown(sockets, owner.uid, owner.gid)
      return describe(jobRoot, root, sockets, setup, agent)
    },
    write: writeInside,
  }
}

function describe(
  jobRoot: string,
  root: string,
  sockets: string,
  setup: JobFolders['setup'],
  agent: JobFolders['agent'],
): JobFolders {
  return {
    root,
    setup,
    agent,
    repository: join(root, 'repository.git'),
    brokerSocket: join(sockets, 'broker.sock'),
    async [Symbol.asyncDispose]() {
      await removeTree(sockets)
      await removeTree(jobRoot)
    },
  }
}

async function makePair(parent: string, owner: Owner): Promise<JobFolders['setup']> {
  const pair = { workspace: join(parent, 'workspace'), home: join(parent, 'home') }
  await mkdir(parent, { mode: 0o711 })
  for (const folder of Object.values(pair)) {
    await mkdir(folder, { mode: 0o700 })
    if (owner !== null) await chown(folder, owner.uid, owner.gid)
  }
  return pair
}

async function writeInside(folder: string, path: string, content: string, owner: Owner): Promise<void> {
  const names = path.split('/')
  if (names.some((name) => name === '' || name === '.' || name === '..'))
    throw new TypeError(`not a path inside: ${path}`)
  const fileName = names.pop() ?? ''
  let parent = folder
  for (const name of names) {
    parent = join(parent, name)
    await ensureRealFolder(parent, owner)
  }
  await writeFresh(join(parent, fileName), content, owner)
}

/** A symlink planted where a folder of ours goes would lead the host's write elsewhere: it is removed, not followed. */
async function ensureRealFolder(path: string, owner: Owner): Promise<void> {
  const there = await lstatOrNull(path)
  if (there?.isDirectory()) return
  if (there !== null) await rm(path)
  await mkdir(path, { mode: 0o700 })
  if (owner !== null) await lchown(path, owner.uid, owner.gid)
}

async function writeFresh(path: string, content: string, owner: Owner): Promise<void> {
  await removeTree(path)
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
  const file = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
  try {
    await file.writeFile(content)
    if (owner !== null) await file.chown(owner.uid, owner.gid)
  } finally {
    await file.close()
  }
}

/** Removes a tree also where the sandbox took away its folders' permissions. Never follows a symlink. */
async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 3 })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM'))) throw error
    await openFolders(path)
    await rm(path, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function openFolders(path: string): Promise<void> {
  await chmod(path, 0o700)
  for await (const entry of await opendir(path)) {
    if (entry.isDirectory()) await openFolders(join(path, entry.name))
  }
}

async function lstatOrNull(path: string): Promise<Stats | null> {
  try {
    return await lstat(path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}
