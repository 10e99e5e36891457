import { appendFile, chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { resolveCommit, writeCommit } from '../git/commits.ts'
import { type TreeChange, writeBlob, writeTree } from '../git/objects.ts'
import { preReceiveHook } from '../git/pre-receive.ts'
import { updateRef } from '../git/refs.ts'
import { gitText, runGit } from '../git/run-git.ts'
import type { World } from '../world.ts'
import type { Repository, User } from './entities.ts'
import { ensureInstallation, ensureUser, fullName, same } from './state.ts'

/** A repository as GitHub serves it: any commit may be asked for, and names that only other systems trip over are refused. */
const SETTINGS = `
[http]
  receivepack = true
[uploadpack]
  allowAnySHA1InWant = true
  allowFilter = true
[core]
  protectHFS = true
  protectNTFS = true
[gc]
  auto = 0
`

interface FileSpec {
  readonly content: string | Uint8Array
  readonly mode: '100644' | '100755' | '120000'
}

/** Content by path; null takes a file away. */
export type Files = Readonly<Record<string, string | Uint8Array | FileSpec | null>>

export interface RepositorySpec {
  readonly name: string
  /** The App's owner by default; `ownerType` matters only when the owner is new. */
  readonly owner?: string
  readonly ownerType?: 'User' | 'Organization'
  /** True by default. */
  readonly private?: boolean
  readonly topics?: readonly string[]
  /** Custom properties by name. */
  readonly properties?: Readonly<Record<string, string>>
  /** `main` by default. */
  readonly defaultBranch?: string
  readonly protectedBranches?: readonly string[]
  /** False: the App is not installed there. */
  readonly installed?: boolean
  /** The first commit. With none of this, `folder` and `forkOf` the repository is empty. */
  readonly files?: Files
  /** A folder whose files, ignored ones too, are the first commit. */
  readonly folder?: string
  /** Whose branches it starts with. */
  readonly forkOf?: Repository
}

export async function createRepository(world: World, spec: RepositorySpec): Promise<Repository> {
  const { state } = world
  const owner = ensureUser(state, spec.owner ?? world.app.owner.login, spec.ownerType ?? 'Organization')
  const defaultBranch = spec.defaultBranch ?? 'main'
  const gitDir = await initialise(world, defaultBranch)
  const repository: Repository = {
    id: state.nextId(),
    owner,
    name: spec.name,
    formerNames: [],
    createdAt: new Date(),
    gitDir,
    installation: spec.installed === false ? undefined : ensureInstallation(state, owner),
    private: spec.private ?? true,
    archived: false,
    hasIssues: true,
    ruledApprovals: undefined,
    protectedApprovals: 0,
    workflows: { level: 'read', approve: false },
    topics: [...(spec.topics ?? [])],
    properties: { ...spec.properties },
    defaultBranch,
    protectedBranches: new Set(spec.protectedBranches ?? []),
    collaborators: new Map(),
    labels: [],
    issues: [],
    comments: [],
    reviews: [],
    reviewComments: [],
    reactions: [],
    checkRuns: [],
    analyses: [],
    runs: [],
    codeScanning: true,
  }
  if (spec.forkOf !== undefined) {
    await gitText(gitDir, ['fetch', '--quiet', spec.forkOf.gitDir, 'refs/heads/*:refs/heads/*'])
  }
  if (spec.folder !== undefined) await importFolder(repository, spec.folder)
  if (spec.files !== undefined)
    await commitFiles(repository, { branch: defaultBranch, message: 'Initial commit', files: spec.files, by: owner })
  takeNameOver(state.repositories, repository)
  return repository
}

/** One that has the name already goes, as if it had been deleted: a test that is run again starts from nothing. */
function takeNameOver(repositories: Repository[], repository: Repository): void {
  const at = repositories.findIndex((other) => same(fullName(other), fullName(repository)))
  repositories.splice(at < 0 ? repositories.length : at, 1, repository)
}

/** Commits onto a branch as its pusher would; a new branch starts from the default branch. */
export async function commitFiles(
  repository: Repository,
  commit: { branch: string; message: string; files: Files; by: User },
): Promise<string> {
  const { gitDir } = repository
  const parent = (await resolveCommit(gitDir, `refs/heads/${commit.branch}`)) ?? (await resolveCommit(gitDir, 'HEAD'))
  const changes = await Promise.all(Object.entries(commit.files).map(([path, file]) => change(gitDir, path, file)))
  const tree = await writeTree(gitDir, parent, changes)
  const author = { name: commit.by.login, email: `${commit.by.login}@users.noreply.example.com`, date: new Date() }
  const parents = parent === undefined ? [] : [parent]
  const sha = await writeCommit(gitDir, { tree, parents, author, committer: author, message: `${commit.message}\n` })
  await updateRef(gitDir, `refs/heads/${commit.branch}`, sha)
  return sha
}

async function change(gitDir: string, path: string, file: Files[string] | undefined): Promise<TreeChange> {
  if (file === null || file === undefined) return { path, mode: '100644', sha: null }
  const { content, mode } =
    typeof file === 'string' || file instanceof Uint8Array ? { content: file, mode: '100644' } : file
  return { path, mode, sha: await writeBlob(gitDir, content) }
}

async function initialise(world: World, defaultBranch: string): Promise<string> {
  const gitDir = await mkdtemp(join(world.directory, 'repository-'))
  await gitText(gitDir, ['init', '--quiet', '--bare', '--template=', `--initial-branch=${defaultBranch}`])
  await appendFile(join(gitDir, 'config'), SETTINGS)
  await mkdir(join(gitDir, 'hooks'))
  await writeFile(join(gitDir, 'hooks', 'pre-receive'), preReceiveHook)
  await chmod(join(gitDir, 'hooks', 'pre-receive'), 0o755)
  return gitDir
}

async function importFolder({ gitDir, defaultBranch, owner }: Repository, folder: string): Promise<void> {
  const person = { GIT_AUTHOR_NAME: owner.login, GIT_AUTHOR_EMAIL: `${owner.login}@users.noreply.example.com` }
  const committer = { GIT_COMMITTER_NAME: person.GIT_AUTHOR_NAME, GIT_COMMITTER_EMAIL: person.GIT_AUTHOR_EMAIL }
  const env = { ...person, ...committer, GIT_WORK_TREE: folder, GIT_INDEX_FILE: join(gitDir, 'import.index') }
  await runGit(gitDir, ['add', '--all', '--force', '.'], { env, cwd: folder })
  const tree = await gitText(gitDir, ['write-tree'], { env })
  const sha = await gitText(gitDir, ['commit-tree', '-m', 'Initial commit', tree], { env })
  await updateRef(gitDir, `refs/heads/${defaultBranch}`, sha)
}
