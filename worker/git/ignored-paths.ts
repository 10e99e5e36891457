import { Buffer } from 'node:buffer'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CommandError } from '../process/run-command.ts'
import type { BaseEntry } from './base-tree.ts'
import type { Git } from './git-command.ts'
import { readBlobs } from './read-blobs.ts'
import type { AskIgnored } from './walk-result.ts'

/** Rule files beyond these are left out, so that less is ignored and more is looked at. */
const mostRuleFiles = 5000
const mostRuleBytes = 256 * 1024
const timeoutMs = 60_000

/**
 * Answers by real git which paths are ignored, in a folder that holds nothing but the base commit's own `.gitignore`
 * files: what the sandbox wrote into one hides nothing. The folder is made when somebody asks.
 */
export function createIgnoreRules(
  git: Git,
  gitDir: string,
  base: readonly BaseEntry[],
  signal: AbortSignal,
): AskIgnored {
  const files = base
    .filter(({ path, mode, size }) => /(^|\/)\.gitignore$/.test(path) && mode !== '120000' && size <= mostRuleBytes)
    .slice(0, mostRuleFiles)
  const folder = join(gitDir, 'ignore-rules')
  let laid: Promise<void> | null = null
  return async (paths) => {
    if (files.length === 0 || paths.length === 0) return new Set()
    laid ??= layRules(git, gitDir, folder, files, signal)
    await laid
    return ask(git, gitDir, folder, paths, signal)
  }
}

async function layRules(git: Git, gitDir: string, folder: string, files: readonly BaseEntry[], signal: AbortSignal) {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder)
  const bytes = files.reduce((sum, { size }) => sum + size, 0)
  const rules = await readBlobs(
    git,
    gitDir,
    files.map(({ sha }) => sha),
    bytes,
    signal,
  )
  for (const { path, sha } of files) {
    const target = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(path, 'latin1')])
    await mkdir(Buffer.from(dirname(target.toString('latin1')), 'latin1'), { recursive: true })
    await writeFile(target, rules.get(sha) ?? '')
  }
}

async function ask(git: Git, gitDir: string, folder: string, paths: readonly string[], signal: AbortSignal) {
  const input = Buffer.from(paths.map((path) => `./${path}\0`).join(''), 'latin1')
  try {
    const output = await git(
      [`--git-dir=${gitDir}`, `--work-tree=${folder}`, '-C', folder, 'check-ignore', '--no-index', '--stdin', '-z'],
      { input, signal, timeoutMs, maxBytes: input.length + 1 },
    )
    return new Set(
      output
        .toString('latin1')
        .split('\0')
        .filter(Boolean)
        .map((path) => path.slice('./'.length)),
    )
  } catch (error) {
    // Git's way to say that none of them is.
    if (error instanceof CommandError && error.code === 'exit' && error.exitCode === 1) return new Set<string>()
    throw error
  }
}
