import { constants, type Stats } from 'node:fs'
import { chown, lchown, lstat, mkdir, mkdtemp, open, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { JobFolderStore, JobFolders, Owner } from '../pipeline/ports/index.ts'
import { removeTree } from '../seal/remove-tree.ts'
import type { JobNamespaces } from './overlay/job-namespaces.ts'
import { unmountBelow } from './overlay/unmount-below.ts'
import { isStillRunning, ownIdentity, processIdentitySchema } from './reaper/process-identity.ts'

export interface JobFolderDeps {
  /** Folders of jobs; only the worker may enter it. */
  readonly dir: string
  /** A short path for unix sockets, whose paths end at 107 bytes; usually the system's temporary folder. */
  readonly socketDir: string
  /** Where this worker mounts what its jobs see, if not in its own namespace. */
  readonly namespaces?: Pick<JobNamespaces, 'find' | 'release'>
}

/** Lies beside the folders of a job: which worker made them, and where its sockets are. */
const claimSchema = z.strictObject({ worker: processIdentitySchema, sockets: z.string() })
type Claim = z.infer<typeof claimSchema>

/** The host's side of a job: made empty, given to the sandbox's user, removed whole. */
export function createJobFolders(deps: JobFolderDeps): JobFolderStore {
  const find = (folder: string) => deps.namespaces?.find(folder) ?? folder
  return {
    async create(jobId, attempt) {
      const jobRoot = join(deps.dir, jobId)
      deps.namespaces?.release(jobRoot)
      await removeJob(jobRoot)
      const root = join(jobRoot, String(attempt))
      await mkdir(root, { recursive: true, mode: 0o711 })
      const sockets = await mkdtemp(join(deps.socketDir, 'airlock-'))
      await writeClaim(jobRoot, { worker: ownIdentity(), sockets })
      return {
        root,
        setup: await makePair(join(root, 'setup')),
        agent: await makePair(join(root, 'agent')),
        repository: join(root, 'repository.git'),
        brokerSocket: join(sockets, 'broker.sock'),
        async [Symbol.asyncDispose]() {
          deps.namespaces?.release(root)
          // An attempt that slept and was overtaken leaves alone what is its successor's by now: its own is gone already.
          if ((await readClaim(jobRoot))?.sockets === sockets) await removeJob(jobRoot)
        },
      }
    },
    async give({ setup, agent, brokerSocket }, owner) {
      if (owner === null) return
      const given = [dirname(brokerSocket), ...Object.values(setup), ...Object.values(agent)]
      for (const folder of given) await chown(folder, owner.uid, owner.gid)
    },
    async reap(isLive) {
      const jobs = await readdir(deps.dir)
      const reaped = await Promise.all(jobs.map((jobId) => reapJob(join(deps.dir, jobId), () => isLive(jobId))))
      return reaped.filter(Boolean).length
    },
    find,
    write: (folder, ...file) => writeInside(find(folder), ...file),
    link: (folder, ...link) => linkInside(find(folder), ...link),
    remove: (folder, path) => removeInside(find(folder), path),
  }
}

async function reapJob(jobRoot: string, isLive: () => boolean): Promise<boolean> {
  const claim = await readClaim(jobRoot)
  // Without a claim it is being made at this moment, or is none of ours.
  if (claim === null || isLive() || isStillRunning(claim.worker)) return false
  await removeJob(jobRoot)
  return true
}

async function removeJob(jobRoot: string): Promise<void> {
  const claim = await readClaim(jobRoot)
  if (claim !== null) await removeTree(claim.sockets)
  await unmountBelow(jobRoot)
  await removeTree(jobRoot)
}

async function writeClaim(jobRoot: string, claim: Claim): Promise<void> {
  await writeFile(join(jobRoot, 'claim.json'), JSON.stringify(claim), { mode: 0o600, flag: 'wx' })
}

async function readClaim(jobRoot: string): Promise<Claim | null> {
  const text = await readFile(join(jobRoot, 'claim.json'), 'utf8').catch(() => null)
  return text === null ? null : claimSchema.parse(JSON.parse(text))
}

async function makePair(parent: string): Promise<JobFolders['setup']> {
  const pair = { workspace: join(parent, 'workspace'), home: join(parent, 'home') }
  await mkdir(parent, { mode: 0o711 })
  for (const folder of Object.values(pair)) await mkdir(folder, { mode: 0o700 })
  return pair
}

function namesOf(path: string): string[] {
  const names = path.split('/')
  if (names.some((name) => name === '' || name === '.' || name === '..'))
    throw new TypeError(`not a path inside: ${path}`)
  return names
}

/** What lies behind a symlink is not inside. */
async function removeInside(folder: string, path: string): Promise<void> {
  const names = namesOf(path)
  const fileName = names.pop() ?? ''
  let parent = folder
  for (const name of names) {
    parent = join(parent, name)
    if (!(await lstatOrNull(parent))?.isDirectory()) return
  }
  await removeTree(join(parent, fileName))
}

async function writeInside(
  folder: string,
  path: string,
  content: string | Uint8Array,
  owner: Owner,
  executable = false,
): Promise<void> {
  await writeFresh(await clearPlace(folder, path, owner), content, owner, executable ? 0o700 : 0o600)
}

async function linkInside(folder: string, path: string, target: Uint8Array, owner: Owner): Promise<void> {
  const place = await clearPlace(folder, path, owner)
  await removeTree(place)
  await symlink(Buffer.from(target), place)
  if (owner !== null) await lchown(place, owner.uid, owner.gid)
}

/** The place of a file below real folders. */
async function clearPlace(folder: string, path: string, owner: Owner): Promise<string> {
  const names = namesOf(path)
  const fileName = names.pop() ?? ''
  let parent = folder
  for (const name of names) {
    parent = join(parent, name)
    await ensureRealFolder(parent, owner)
  }
  return join(parent, fileName)
}

/** A symlink planted where a folder of ours goes would lead the host's write elsewhere: it is removed, not followed. */
async function ensureRealFolder(path: string, owner: Owner): Promise<void> {
  const there = await lstatOrNull(path)
  if (there?.isDirectory()) return
  if (there !== null) await rm(path)
  await mkdir(path, { mode: 0o700 })
  if (owner !== null) await lchown(path, owner.uid, owner.gid)
}

async function writeFresh(path: string, content: string | Uint8Array, owner: Owner, mode: number): Promise<void> {
  await removeTree(path)
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
  const file = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode)
  try {
    await file.writeFile(content)
    if (owner !== null) await file.chown(owner.uid, owner.gid)
  } finally {
    await file.close()
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
