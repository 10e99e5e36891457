import { Buffer, isUtf8 } from 'node:buffer'
import { z } from 'zod'
import type { ChangeSet, FileChange } from '../contract/index.ts'
import { type Fence, HandoffError } from '../pipeline/ports/index.ts'
import type { LocatedRepository } from './locate-repository.ts'
import { statusOf } from './map-github-error.ts'
import type { RepositorySession } from './repository-session.ts'

export interface StagedCommit {
  readonly changeSet: ChangeSet
  /** The tree of the base commit. */
  readonly baseTreeSha: string
  /** Ids of commits that GitHub has. */
  readonly parents: readonly string[]
  readonly message: string
  readonly fence: Fence
}

/** Blobs on their way at a time. GitHub asks Apps not to write in parallel without need. */
const parallelBlobs = 4
const mostBytesOfText = 64 * 1024
const mostBytesWithin = 1024 * 1024
/** All but tab and the ends of lines. */
const controls = /[^\P{Cc}\t\n\r]|\uFEFF/u
const createdSchema = z.object({ sha: z.string() })

/**
 * Uploads what changed and a commit that nobody can see yet. All of it is named by its content, so a repetition changes
 * nothing. No author and no committer are given: only then GitHub signs the commit.
 */
export async function stageCommit(
  session: RepositorySession,
  { owner, repo }: LocatedRepository,
  { changeSet, baseTreeSha, parents, message, fence }: StagedCommit,
): Promise<string> {
  const at = { owner, repo }
  const within = filesWithin(changeSet.files)

  await inParallel(changeSet.files, async (file) => {
    const { path, after } = file
    if (after === null || within.has(file)) return
    await fence.check()
    const content = Buffer.from(after.content).toString('base64')
    const blob = await session.call((octokit) => octokit.rest.git.createBlob({ ...at, content, encoding: 'base64' }))
    expectSha(blob.data, after.sha, `the blob of ${path}`)
  })

  await uploadTree(session, at, { changeSet, baseTreeSha, fence }, within)

  await fence.check()
  const commit = await session.call((octokit) =>
    octokit.rest.git.createCommit({ ...at, message, tree: changeSet.treeSha, parents: [...parents] }),
  )
  return createdSchema.parse(commit.data).sha
}

/** GitHub takes no tree without an entry; that one is there already. */
async function uploadTree(
  session: RepositorySession,
  at: Pick<LocatedRepository, 'owner' | 'repo'>,
  { changeSet, baseTreeSha, fence }: Pick<StagedCommit, 'changeSet' | 'baseTreeSha' | 'fence'>,
  within: ReadonlySet<FileChange>,
): Promise<void> {
  if (changeSet.files.length === 0) return
  await fence.check()
  const entries = changeSet.files.map((file) => toTreeEntry(file, within.has(file)))
  const tree = await session
    .call((octokit) => octokit.rest.git.createTree({ ...at, base_tree: baseTreeSha, tree: entries }))
    .catch((error: unknown) => {
      throw explainWorkflows(error, changeSet)
    })
  expectSha(tree.data, changeSet.treeSha, 'the tree')
}

/** Small texts go with the tree, up to a size: each blob of its own is a request, and GitHub counts those that write. */
function filesWithin(files: readonly FileChange[]): ReadonlySet<FileChange> {
  const within = new Set<FileChange>()
  let bytes = 0
  for (const file of files) {
    if (!isSmallText(file)) continue
    bytes += file.after?.content.length ?? 0
    if (bytes > mostBytesWithin) break
    within.add(file)
  }
  return within
}

/** JSON carries it to GitHub and back as the same bytes. */
function isSmallText({ after }: FileChange): boolean {
  if (after === null || after.mode === '120000') return false
  const content = Buffer.from(after.content)
  return (
    content.length > 0 && content.length <= mostBytesOfText && isUtf8(content) && !controls.test(content.toString())
  )
}

/** A deletion is an entry without an object; its mode is what it was. */
function toTreeEntry({ path, before, after }: FileChange, isWithin: boolean) {
  const entry = { path, mode: (after ?? before)?.mode ?? '100644', type: 'blob' as const }
  if (after !== null && isWithin) return { ...entry, content: Buffer.from(after.content).toString() }
  return { ...entry, sha: after?.sha ?? null }
}

/** What is published is what the gates saw, byte for byte, or nothing. */
function expectSha(data: unknown, expected: string, what: string): void {
  if (createdSchema.parse(data).sha !== expected) {
    throw new HandoffError('rejected', `GitHub made something else of ${what} than what was checked`)
  }
}

/** Without the workflows permission GitHub refuses such a tree as if nothing were there. */
function explainWorkflows(error: unknown, { files }: ChangeSet): unknown {
  if (error instanceof HandoffError && error.retryable) return error
  const status = statusOf(error)
  const workflow = files.find(({ path }) => path.toLowerCase().startsWith('.github/workflows/'))
  if (workflow === undefined || (status !== 403 && status !== 404)) return error
  const message = `GitHub refuses a change of ${workflow.path} by an App without the workflows permission`
  return new HandoffError('rejected', message, { cause: error })
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values()
  const worker = async () => {
    for (const item of left) await work(item)
  }
  await Promise.all(Array.from({ length: parallelBlobs }, worker))
}
