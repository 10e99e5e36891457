import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobRequest } from '../contract/index.ts'
import { SourceError } from '../pipeline/ports/index.ts'
import { CommandError } from '../process/run-command.ts'
import { type CloneAccess, openRemote } from './access-options.ts'
import { lockFile } from './file-lock.ts'
import type { Git } from './git-command.ts'
import { createMirrorMemo, type MirroredBase } from './mirror-memo.ts'
import { createRemoteReader, type RemoteReader } from './remote-reader.ts'

export interface Mirrors {
  /** Makes sure that the base commit is in the repository's mirror; opens it only to fetch. Throws SourceError. */
  fetchBase(request: JobRequest, open: () => Promise<CloneAccess>, signal: AbortSignal): Promise<MirroredBase>
  /** The same where the commit is there already; null where it is not. */
  findBase(request: JobRequest, signal: AbortSignal): Promise<MirroredBase | null>
  /** Throws this repository's mirror away, which is damaged. */
  discard(request: JobRequest, signal: AbortSignal): Promise<void>
}

/** Where the base's branch stands now, which is still being asked; null for a base that is a bare commit. */
type Tip = ReturnType<RemoteReader['branchTip']>

export interface MirrorDeps {
  readonly git: Git
  readonly dataDir: string
  /** Milliseconds for one fetch. */
  readonly fetchMs: number
}

/**
 * One bare repository per GitHub repository, by id. Only the commits that jobs start from are fetched, each without
 * its history and under a ref of its own, so that nothing of it is ever pruned while a job reads it.
 */
export function createMirrors(deps: MirrorDeps): Mirrors {
  const folder = join(deps.dataDir, 'mirrors')
  const pathOf = (repositoryId: number): string => mirrorPath(folder, repositoryId)
  // A fetch may hold the lock for its whole time; a few jobs may queue behind it.
  const lock = async (repositoryId: number, signal: AbortSignal): Promise<AsyncDisposable> => {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return lockFile(`${pathOf(repositoryId)}.lock`, signal, 3 * deps.fetchMs)
  }
  const fetchLocked = async (remote: RemoteReader, request: JobRequest, tip: Tip, signal: AbortSignal) => {
    const mirror = pathOf(request.repository.id)
    const meanwhile = await treeOf(deps.git, mirror, keptRef(request.base.sha), signal)
    if (meanwhile !== null) return { mirror, treeSha: meanwhile }
    for (const isAgain of [false, true]) {
      if (isAgain) await rm(mirror, { recursive: true, force: true })
      // One whose making was cut short cannot be fetched into, and is made again.
      if (!(await isThere(join(mirror, 'HEAD')))) await initMirror(deps.git, mirror, signal)
      const treeSha = await fetchInto(deps.git, mirror, remote, request, tip, signal)
      if (treeSha !== null) return { mirror, treeSha }
    }
    throw new SourceError('unavailable', 'the base commit could not be fetched whole, or fails git’s own checks')
  }

  const memo = createMirrorMemo()

  const findBase: Mirrors['findBase'] = async (request, signal) => {
    const mirror = pathOf(request.repository.id)
    const known = memo.get(request)
    // Another worker may have removed the mirror. Git leaves each ref in a file of its own here: nobody packs them.
    if (known !== null && (await isThere(join(mirror, keptRef(request.base.sha))))) return known
    const treeSha = await treeOf(deps.git, mirror, keptRef(request.base.sha), signal)
    return treeSha === null ? null : memo.put(request, { mirror, treeSha })
  }

  return {
    findBase,
    async fetchBase(request, open, signal) {
      const known = await findBase(request, signal)
      if (known !== null) return known
      await using access = await openAccess(open)
      const remote = createRemoteReader(deps.git, await openRemote(access, deps.dataDir), access.token, deps.fetchMs)
      // Asked beside the fetch, which is by the commit's id: each is a way to the host and back.
      const tip = remote.branchTip(request.base, signal)
      const fetched = lock(request.repository.id, signal).then(async (held) => {
        await using _held = held
        return await fetchLocked(remote, request, tip, signal)
      })
      // Neither may outlive the token. That the branch is gone says more than that its commit could not be fetched.
      await Promise.allSettled([tip, fetched])
      await tip
      return memo.put(request, await fetched)
    },
    async discard(request, signal) {
      const { id } = request.repository
      await using _held = await lock(id, signal)
      memo.forget(id)
      await rm(pathOf(id), { recursive: true, force: true })
    },
  }
}

/**
 * Removes a repository's mirror for good, as the one who may fetch into it. False: there was none. `waitMs` is for a fetch
 * that is under way.
 */
export async function removeMirror(
  dataDir: string,
  repositoryId: number,
  waitMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const path = mirrorPath(join(dataDir, 'mirrors'), repositoryId)
  if (!(await isThere(path))) return false
  await using _held = await lockFile(`${path}.lock`, signal, waitMs)
  await rm(path, { recursive: true, force: true })
  return true
}

const mirrorPath = (folder: string, repositoryId: number) => join(folder, `${repositoryId}.git`)

async function openAccess(open: () => Promise<CloneAccess>): Promise<CloneAccess & AsyncDisposable> {
  const access = await open()
  return { ...access, [Symbol.asyncDispose]: () => access.dispose() }
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null
}

async function initMirror(git: Git, mirror: string, signal: AbortSignal): Promise<void> {
  await git(['init', '--quiet', '--bare', '--template=', '--initial-branch=none', mirror], { signal })
}

/** Made when a fetch is whole: objects alone may be those of a fetch that is still under way. */
function keptRef(sha: string): string {
  return `refs/airlock/${sha}`
}

/** The tree of a commit that is there with its tree; null for one that is not, and where there is no mirror. */
async function treeOf(git: Git, mirror: string, commit: string, signal: AbortSignal): Promise<string | null> {
  try {
    const output = await git([`--git-dir=${mirror}`, 'cat-file', '--batch-check'], {
      input: `${commit}^{tree}\n`,
      signal,
    })
    const [treeSha = '', type] = output.toString('latin1').trim().split(' ')
    return type === 'tree' ? treeSha : null
  } catch (error) {
    if (error instanceof CommandError && error.code === 'exit') return null
    throw error
  }
}

/**
 * By the commit's id, so that a branch that moved on does no harm. Where that fails, fetching the branch tells why:
 * if it comes through without the commit, the commit is gone (`base-moved`); if not, null: try again.
 */
async function fetchInto(
  git: Git,
  mirror: string,
  remote: RemoteReader,
  { base }: JobRequest,
  tip: Tip,
  signal: AbortSignal,
): Promise<string | null> {
  const keep = keptRef(base.sha)
  if (await remote.fetch(mirror, base.sha, keep, signal)) return treeOf(git, mirror, keep, signal)
  const at = await tip
  if (at === null) return null
  const branch = remote.refOf(base) ?? base.sha
  if (!(await remote.fetch(mirror, branch, 'refs/airlock/branch', signal))) return null
  const treeSha = await treeOf(git, mirror, base.sha, signal)
  if (treeSha === null) {
    throw new SourceError('base-moved', `the commit ${base.sha} can no longer be had; the branch is at ${at}`)
  }
  await git([`--git-dir=${mirror}`, 'update-ref', keep, base.sha], { signal })
  return treeSha
}
