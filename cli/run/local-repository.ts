import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createGit, type Git } from '../../worker/git/git-command.ts'
import { type FoundText, readText } from '../../worker/git/local/read-text.ts'
import { CommandError } from '../../worker/process/run-command.ts'

/** A repository on this machine, as `airlock run` needs to know it. */
export interface LocalRepository {
  /** What `ref`, or the checked-out branch, stands for. Null: there is no such commit. */
  resolve(ref: string | null): Promise<{ readonly ref: string; readonly sha: string } | null>
  /** A file of a commit. What is there and is no file, or a far too large one, is told apart from nothing. */
  readFile(sha: string, path: string): Promise<FoundText>
}

/** Throws nothing for an odd repository: questions that git cannot answer are answered with null. */
export function openLocalRepository(path: string, dataDir: string, signal: AbortSignal): LocalRepository {
  const git = createGit('git', join(dataDir, 'git-home'))
  const gitDir = existsSync(join(path, '.git')) ? join(path, '.git') : path
  const ask = (args: readonly string[]) => askGit(git, [`--git-dir=${gitDir}`, ...args], signal)
  return {
    async resolve(wanted) {
      const ref = wanted ?? (await ask(['symbolic-ref', '--quiet', '--short', 'HEAD']))?.trim() ?? 'HEAD'
      const sha = await ask(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`])
      return sha === null ? null : { ref, sha: sha.trim() }
    },
    readFile: (sha, file) => readText(git, gitDir, { sha, path: file }, signal),
  }
}

async function askGit(git: Git, args: readonly string[], signal: AbortSignal): Promise<string | null> {
  try {
    return (await git(args, { signal, maxBytes: 1024 * 1024 })).toString('utf8')
  } catch (error) {
    if (error instanceof CommandError) return null
    throw error
  }
}
