import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobRequest } from '../contract/index.ts'
import { SourceError } from '../pipeline/ports/index.ts'
import { CommandError } from '../process/run-command.ts'
import { type CloneAccess, openRemote } from './access-options.ts'
import { lockFile } from './file-lock.ts'
import type { Git } from './git-command.ts'
import { createRemoteReader, type RemoteReader } from './remote-reader.ts'

export interface Mirrors {
  /** Makes sure that the base commit is in the repository's mirror. Returns the mirror's folder. Throws SourceError. */
  fetchBase(request: JobRequest, access: CloneAccess, signal: AbortSignal): Promise<string>
  /** Throws a damaged mirror away. */
  discard(repositoryId: number, signal: AbortSignal): Promise<void>
}

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
  const pathOf = (repositoryId: number): string => join(folder, `${repositoryId}.git`)
  // A fetch may hold the lock for its whole time; a few jobs may queue behind it.
  const lock = async (repositoryId: number, signal: AbortSignal): Promise<AsyncDisposable> => {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return lockFile(`${pathOf(repositoryId)}.lock`, signal, 3 * deps.fetchMs)
  }
  return {
    async fetchBase(request, access, signal) {
      const remote = createRemoteReader(deps.git, await openRemote(access, deps.dataDir), access.token, deps.fetchMs)
      const tip = await remote.branchTip(request.base, signal)
      await using _held = await lock(request.repository.id, signal)
      const mirror = pathOf(request.repository.id)
      await ensureMirror(deps.git, mirror, signal)
      if (await hasCommit(deps.git, mirror, request.base.sha, signal)) return mirror
      if (await fetchInto(deps.git, mirror, remote, request, tip, signal)) return mirror
      await rm(mirror, { recursive: true, force: true })
      await ensureMirror(deps.git, mirror, signal)
      if (await fetchInto(deps.git, mirror, remote, request, tip, signal)) return mirror
      throw new SourceError('unavailable', 'the base commit could not be fetched whole, or fails git’s own checks')
    },
    async discard(repositoryId, signal) {
      await using _held = await lock(repositoryId, signal)
      await rm(pathOf(repositoryId), { recursive: true, force: true })
    },
  }
}

async function ensureMirror(git: Git, mirror: string, signal: AbortSignal): Promise<void> {
  await git(['init', '--quiet', '--bare', '--template=', '--initial-branch=none', mirror], { signal })
}

async function hasCommit(git: Git, mirror: string, sha: string, signal: AbortSignal): Promise<boolean> {
  try {
    await git([`--git-dir=${mirror}`, 'cat-file', '-e', `${sha}^{tree}`], { signal })
    return true
  } catch (error) {
    if (error instanceof CommandError && error.code === 'exit') return false
    throw error
  }
}

/**
 * By the commit's id, so that a branch that moved on does no harm. Where that fails, fetching the branch tells why:
 * if it comes through without the commit, the commit is gone (`base-moved`); if not, false: try again.
 */
async function fetchInto(
  git: Git,
  mirror: string,
  remote: RemoteReader,
  { base }: JobRequest,
  tip: string | null,
  signal: AbortSignal,
): Promise<boolean> {
  const keep = `refs/airlock/${base.sha}`
  if (await remote.fetch(mirror, base.sha, keep, signal)) return hasCommit(git, mirror, base.sha, signal)
  if (tip === null) return false
  const branch = 'refs/airlock/branch'
  if (!(await remote.fetch(mirror, remote.refOf(base) ?? base.sha, branch, signal))) return false
  if (!(await hasCommit(git, mirror, base.sha, signal))) {
    throw new SourceError('base-moved', `the commit ${base.sha} can no longer be had; the branch is at ${tip}`)
  }
  await git([`--git-dir=${mirror}`, 'update-ref', keep, base.sha], { signal })
  return true
}
