/**
 * The way of a repository's files: from its host into a workspace, and from the dead sandbox's workspace into a
 * change set. May import the contract, the pipeline's ports and worker/process; knows nothing of GitHub's API or of
 * engines.
 *
 * Decided: the host lays out bytes and takes back bytes. Whatever the sandbox made of its `.git`, attributes, hooks
 * or index is never opened; trees and blobs are built in a repository that no sandbox has seen. Every git runs with
 * a closed environment (git-command.ts), and the token of a clone lives in the environment of that one git
 * (access-options.ts).
 */
import { join } from 'node:path'
import type { JobRequest } from '../contract/index.ts'
import { type Owner, type Source, SourceError } from '../pipeline/ports/index.ts'
import { CommandError } from '../process/run-command.ts'
import type { CloneAccess } from './access-options.ts'
import { createBaseMemo, type KnownBase } from './base-memo.ts'
import { readBaseTree, type TreeLimits } from './base-tree.ts'
import { createCleanRepository } from './clean-repository.ts'
import { collect } from './collect.ts'
import { createMerging } from './create-merging.ts'
import { describeBase } from './describe-base.ts'
import { describeTree } from './describe-tree.ts'
import { createGit, type Git } from './git-command.ts'
import { gitVersion, isGitSupported } from './git-version.ts'
import { layOut } from './lay-out.ts'
import { createMirrors } from './mirror.ts'
import { notesOnBase } from './notes-on-base.ts'
import { readTrusted } from './read-trusted.ts'
import { createWalkThreads } from './start-walk.ts'
import { writePatch } from './write-patch.ts'

export interface SourceLimits extends TreeLimits {
  /** Milliseconds for one exchange with the repository's host. */
  readonly fetchMs: number
}

export const defaultSourceLimits: SourceLimits = { files: 200_000, bytes: 4 * 1024 ** 3, fetchMs: 300_000 }

export interface SourceDeps {
  /** A folder of the worker's own: mirrors, and an empty home for git. */
  readonly dataDir: string
  /** Git's program, by name or path. */
  readonly git: string
  /**
   * How this job may read its repository. Called only when it is about to: a commit that is in the mirror already is
   * asked for nowhere, and whether the job may still start from it is the authority's to say.
   */
  readonly cloneAccess: (request: JobRequest, signal: AbortSignal) => Promise<CloneAccess>
  readonly limits: SourceLimits
}

interface LayOutJob {
  readonly request: JobRequest
  readonly workspace: string
  readonly owner: Owner
}

export function createSource(deps: SourceDeps): Source {
  const git = hasty(createGit(deps.git, join(deps.dataDir, 'git-home')))
  const threads = createWalkThreads()
  const memo = createBaseMemo()
  let isGoodGit = false
  const mirrors = createMirrors({ git, dataDir: deps.dataDir, fetchMs: deps.limits.fetchMs })

  const readBase = async (repository: string, sha: string, signal: AbortSignal): Promise<KnownBase> => {
    const known = memo.get(sha)
    if (known !== null) return known
    const entries = await readBaseTree(git, repository, sha, deps.limits, signal)
    const base = { entries, notes: await notesOnBase(git, repository, entries, signal) }
    memo.put(sha, base)
    return base
  }

  const layOutFrom = (mirror: string, { request, workspace, owner }: LayOutJob, signal: AbortSignal) =>
    layOut(git, { mirror, workspace, baseSha: request.base.sha, branch: branchName(request), owner }, signal)

  const attempt = async (request: JobRequest, paths: Parameters<Source['materialise']>[1], signal: AbortSignal) => {
    const { sha } = request.base
    const { mirror, treeSha } = await mirrors.fetchBase(request, () => deps.cloneAccess(request, signal), signal)
    await createCleanRepository(paths.repository, mirror, sha)
    const base = await readBase(paths.repository, sha, signal)
    const { workspace, owner } = paths
    if (workspace !== null) await layOutFrom(mirror, { request, workspace, owner }, signal)
    // `collect` will need one, and the agent comes before it.
    threads.refill()
    return describeBase(
      sha,
      describeTree(git, mirror, treeSha, async () => base.entries),
      base,
    )
  }

  /** Git cannot read what the mirror says it has: it is damaged, and made again once. */
  const mending = async <T>(request: JobRequest, run: () => Promise<T>, signal: AbortSignal): Promise<T> => {
    try {
      return await run()
    } catch (error) {
      if (!(error instanceof CommandError && error.code === 'exit' && error.program === deps.git)) throw error
      await mirrors.discard(request, signal)
      return run()
    }
  }

  return {
    async find(request, signal) {
      const found = await mirrors.findBase(request, signal)
      if (found === null) return null
      const { mirror, treeSha } = found
      return describeTree(
        git,
        mirror,
        treeSha,
        async (stop) => (await readBase(mirror, request.base.sha, stop)).entries,
      )
    },
    async materialise(request, paths, signal) {
      if (!isGoodGit) await requireGit(deps.git, signal)
      isGoodGit = true
      return mending(request, () => attempt(request, paths, signal), signal)
    },
    layOut: (request, workspace, owner, signal) =>
      mending(
        request,
        async () => {
          const { mirror } = await mirrors.fetchBase(request, () => deps.cloneAccess(request, signal), signal)
          await layOutFrom(mirror, { request, workspace, owner }, signal)
        },
        signal,
      ),
    trusted(request, sha, isWanted, signal) {
      const at = { ...request, base: { ref: request.repository.defaultBranch, sha } }
      const read = async () => {
        const { mirror } = await mirrors.fetchBase(at, () => deps.cloneAccess(request, signal), signal)
        const entries = memo.get(sha)?.entries ?? (await readBaseTree(git, mirror, sha, deps.limits, signal))
        return readTrusted(git, mirror, entries, isWanted, signal)
      }
      return mending(request, read, signal)
    },
    ...createMerging({ git, mirrors, limits: deps.limits, cloneAccess: deps.cloneAccess, readBase }),
    collect: (request, paths, kept, budget, signal) =>
      collect({ git, limits: deps.limits, threads, memo }, { request, paths, kept, budget }, signal),
    patch: (repository, change, signal) => writePatch(git, repository, change, signal),
  }
}

/**
 * Does not wait for the disk, which costs more than all else in a small job. Nothing here has to outlive a power cut:
 * a job's folders are made again, and so is a mirror that turns out damaged.
 */
function hasty(git: Git): Git {
  return (args, options) => git(args, { ...options, config: [['core.fsync', 'none'], ...(options.config ?? [])] })
}

async function requireGit(program: string, signal: AbortSignal): Promise<void> {
  const version = await gitVersion(program, signal)
  if (!isGitSupported(version))
    throw new SourceError('git-too-old', `${version.text} has known holes; git 2.39.4 is the least`)
}

/** What the workspace's branch is called: the base's own name where it is a plain one. */
function branchName({ base }: JobRequest): string {
  const name = base.ref.replace(/^refs\/heads\//, '')
  const isPlain = /^[a-z0-9]+([._/-][a-z0-9]+)*$/i.test(name) && !/\.lock(\/|$)|^(refs\/|HEAD$)/.test(name)
  return isPlain && name !== base.sha ? name : 'base'
}
