import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type HandOffInput, HandoffError, type Publisher, type StageInput } from '../pipeline/ports/index.ts'
import { CommandError } from '../process/run-command.ts'
import { createGit, type Git, type GitOptions } from './git-command.ts'

export interface LocalPublisherDeps {
  /** Absolute path of the person's own repository: a work tree or a bare one. */
  readonly repository: string
  readonly dataDir: string
  readonly git: string
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

const author = { name: 'Airlock', email: 'noreply@airlock.invalid' }
const noObject = '0'.repeat(40)
const mostPackBytes = 512 * 1024 * 1024

/**
 * Publishes into a repository on this machine, for `airlock run`. `stage` writes the commit's objects there, which
 * nobody can see; `handOff` creates the branch, and only creates it. No fetch and no push: nothing of that
 * repository's configuration, hooks or transports has a part in it.
 */
export function createLocalPublisher(deps: LocalPublisherDeps): Publisher {
  const git = createGit(deps.git, join(deps.dataDir, 'git-home'))
  const intoRepository = async (args: readonly string[], options: GitOptions): Promise<Buffer> =>
    git(['-C', deps.repository, ...args], { ...options, ...(await ownerOf(deps.repository)) })
  return {
    async stage(input, signal) {
      const commit = await commitTree(git, input, deps.now(), signal)
      const pack = await git([`--git-dir=${input.repository}`, 'pack-objects', '--quiet', '--revs', '--stdout'], {
        input: `${commit}\n^${input.changeSet.baseSha}\n`,
        maxBytes: mostPackBytes,
        timeoutMs: 300_000,
        signal,
      })
      await input.fence.check()
      await unpack(intoRepository, pack, signal)
      return commit
    },
    async handOff(input, signal) {
      await input.fence.check()
      await createBranch(intoRepository, input, signal)
      return { branch: input.branch, commit: input.commit, pullRequest: null }
    },
  }
}

async function commitTree(git: Git, input: StageInput, now: number, signal: AbortSignal): Promise<string> {
  const { changeSet, repository, commitMessage } = input
  const date = `@${Math.floor(now / 1000)} +0000`
  const args = [`--git-dir=${repository}`, 'commit-tree', changeSet.treeSha, '-p', changeSet.baseSha, '-F', '-']
  const output = await git(args, {
    input: commitMessage,
    env: {
      GIT_AUTHOR_NAME: author.name,
      GIT_AUTHOR_EMAIL: author.email,
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_NAME: author.name,
      GIT_COMMITTER_EMAIL: author.email,
      GIT_COMMITTER_DATE: date,
    },
    signal,
  })
  return output.toString('latin1').trim()
}

/** `--strict`: git checks each object and that everything it needs is there. */
async function unpack(git: Git, pack: Buffer, signal: AbortSignal): Promise<void> {
  try {
    await git(['unpack-objects', '-q', '--strict'], { input: pack, timeoutMs: 300_000, signal })
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    throw new HandoffError('rejected', 'the repository did not take the commit', { cause: error })
  }
}

/** Creates the ref, or finds that an earlier attempt had created this very one. */
async function createBranch(git: Git, { branch, commit }: HandOffInput, signal: AbortSignal): Promise<void> {
  if (!branch.startsWith('airlock/')) throw new HandoffError('rejected', 'the branch is not one of ours')
  const ref = `refs/heads/${branch}`
  try {
    await git(['update-ref', ref, commit, noObject], { signal })
  } catch (error) {
    if (!(error instanceof CommandError && error.code === 'exit')) throw error
    const there = await readRef(git, ref, signal)
    if (there === commit) return
    if (there === null) throw new HandoffError('rejected', `the branch ${branch} could not be made`, { cause: error })
    throw new HandoffError('branch-taken', `there is a branch ${branch} already`, { cause: error })
  }
}

async function readRef(git: Git, ref: string, signal: AbortSignal): Promise<string | null> {
  try {
    return (await git(['rev-parse', '--verify', '--quiet', '--end-of-options', ref], { signal }))
      .toString('latin1')
      .trim()
  } catch (error) {
    if (error instanceof CommandError && error.code === 'exit') return null
    throw error
  }
}

/** Root writes as the one whose repository it is, so that nothing in it ends up belonging to root. */
async function ownerOf(repository: string): Promise<{ uid: number; gid: number } | Record<string, never>> {
  const { uid, gid } = await stat(repository)
  return process.getuid?.() === 0 && uid !== 0 ? { uid, gid } : {}
}
