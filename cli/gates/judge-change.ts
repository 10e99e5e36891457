import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GatesReport } from '../../worker/contract/index.ts'
import { evaluateGates } from '../../worker/gates/evaluate-gates.ts'
import { gates } from '../../worker/gates/gates.ts'
import { mostLicenseBytes, ownLicensePaths } from '../../worker/gates/licenses/carried/own-licenses.ts'
import { packagesToAsk } from '../../worker/gates/licenses/packages-to-ask.ts'
import { createUnreadGate } from '../../worker/gates/unread-gate.ts'
import { defaultSourceLimits } from '../../worker/git/create-source.ts'
import { createGit, type Git } from '../../worker/git/git-command.ts'
import { findStart } from '../../worker/git/local/find-start.ts'
import type { LocalChange } from '../../worker/git/local/local-change.ts'
import { type LocalObjects, openObjects } from '../../worker/git/local/open-objects.ts'
import { readCommits } from '../../worker/git/local/read-commits.ts'
import { readText } from '../../worker/git/local/read-text.ts'
import { readWorkTree } from '../../worker/git/local/read-work-tree.ts'
import { type Io, UsageError } from '../command.ts'
import { askRegistries } from './ask-registries.ts'
import { loadGatesPolicy } from './load-gates-policy.ts'
import { type ChangeFlags, rightGates } from './read-gates-flags.ts'
import { reportOf } from './report-of.ts'

/** All gates' word on a change of a repository. What is made for it on disk goes away with it. */
export async function judgeChange(flags: ChangeFlags, io: Io): Promise<GatesReport> {
  const folder = await mkdtemp(join(tmpdir(), 'airlock-gates-'))
  try {
    const git = createGit('git', join(folder, 'home'))
    const objects = await openObjects(git, flags.repo, join(folder, 'objects.git'), io.signal)
    const base = await commitOf(objects, '--base', flags.base)
    const policy = await loadGatesPolicy(git, objects.gitDir, base, flags, io)
    const { changeSet, basePaths, unread } = await readChange(git, objects, base, flags, io.signal)
    const texts = await readOwnLicenses(git, objects.gitDir, changeSet.baseSha, basePaths, io.signal)
    const input = {
      ...{ changeSet, policy, knownSecrets: new Map<string, string>() },
      base: { files: basePaths.length, paths: basePaths, texts },
      registries: await askRegistries(flags, packagesToAsk(changeSet, policy), io),
    }
    const results = await evaluateGates([...gates, createUnreadGate(unread)], input, {
      today: new Date().toISOString().slice(0, 10),
      most: Number.POSITIVE_INFINITY,
    })
    const after = changeSet.files.flatMap((file) => file.after ?? [])
    const bytes = after.reduce((sum, { content }) => sum + content.length, 0)
    return reportOf(results, { files: changeSet.files.length, bytes })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function readChange(
  git: Git,
  { gitDir, resolve }: LocalObjects,
  base: string,
  flags: ChangeFlags,
  signal: AbortSignal,
): Promise<LocalChange> {
  if (flags.head !== null) {
    const head = await commitOf({ resolve }, '--head', flags.head)
    return readCommits(git, { gitDir, base: await findStart(git, gitDir, base, head, signal), head }, signal)
  }
  const head = await resolve('HEAD')
  const start = head === null ? base : await findStart(git, gitDir, base, head, signal)
  return readWorkTree(git, { gitDir, base: start, folder: flags.repo }, defaultSourceLimits, signal)
}

async function readOwnLicenses(
  git: Git,
  gitDir: string,
  sha: string,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const texts = new Map<string, string>()
  for (const path of ownLicensePaths(paths)) {
    const found = await readText(git, gitDir, { sha, path }, signal)
    if (found.kind === 'text' && found.text.length <= mostLicenseBytes) texts.set(path, found.text)
  }
  return texts
}

async function commitOf({ resolve }: Pick<LocalObjects, 'resolve'>, flag: string, ref: string): Promise<string> {
  const sha = await resolve(ref)
  if (sha === null) throw new UsageError(`${flag}: ${ref} names no commit of the repository`, rightGates)
  return sha
}
