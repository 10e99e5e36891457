import type { ChangeSet, JobRequest } from '../../contract/index.ts'
import type { Owner } from './folders.ts'

export type SourceErrorCode =
  | 'unavailable'
  | 'denied'
  | 'base-missing'
  | 'base-moved'
  | 'repository-empty'
  | 'submodules'
  | 'too-large'
  | 'unmergeable'
  | 'git-too-old'

/** The repository could not be had. `retryable` only where trying again may help. */
export class SourceError extends Error {
  override readonly name = 'SourceError'
  readonly code: SourceErrorCode
  readonly retryable: boolean

  constructor(code: SourceErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.retryable = code === 'unavailable'
  }
}

/** The files of a base commit, as this machine has it. */
export interface BaseTree {
  readonly treeSha: string
  /** Every file and symlink, as path → fingerprint. */
  list(signal: AbortSignal): Promise<KeptFiles>
  /** The texts of those of these paths that are plain files of at most `mostBytes`. */
  read(paths: readonly string[], mostBytes: number, signal: AbortSignal): Promise<ReadonlyMap<string, string>>
}

/** A base commit laid out as plain files, and the clean bare repository that knows its objects. */
export interface MaterialisedBase {
  readonly sha: string
  readonly treeSha: string
  readonly tree: BaseTree
  readonly files: number
  readonly bytes: number
  /** Every path of the base tree. Without it the gates see collisions by case only among the changed files. */
  readonly paths?: readonly string[]
  /** Facts that the requester should hear of, such as LFS pointers that were left as they are. */
  readonly notes: readonly string[]
}

/** Paths of one job on the host. `repository` is the job's own clean bare repository. */
export interface SourcePaths {
  readonly workspace: string
  readonly repository: string
}

export interface CollectBudget {
  readonly bytes: number
  readonly files: number
  readonly fileBytes: number
  readonly timeMs: number
}

/** Why a workspace was refused. `path` is made printable. */
export type CollectResult =
  | { readonly kind: 'changes'; readonly changeSet: ChangeSet }
  | { readonly kind: 'none' }
  | { readonly kind: 'workspace-deleted' }
  | { readonly kind: 'unsafe'; readonly path: string; readonly why: string }
  | { readonly kind: 'over-budget'; readonly path: string | null; readonly why: string }

/** A file of a commit that people with write permission stand behind. */
export interface TrustedFile {
  readonly path: string
  readonly content: Uint8Array
  readonly fingerprint: string
  readonly executable: boolean
}

/** What a three-way merge is made of. */
export interface MergeInput {
  /** The job's clean bare repository. */
  readonly repository: string
  /** A commit that both sides go back to. */
  readonly from: string
  /** The commit or tree of our side, in the clean repository. */
  readonly ours: string
  /** The other side: a branch, and its commit that is merged. */
  readonly theirs: JobRequest['base']
}

export interface Merge {
  /** The other side's commit, as a base. */
  readonly theirs: MaterialisedBase
  readonly tree: BaseTree
  /** A commit of the result that the clean repository alone knows. */
  readonly sha: string
  /** Paths of the result on which the sides do not fit together. Where such a file is text, it has git's marks. */
  readonly conflicts: readonly string[]
}

export interface Source {
  /** The base commit's files where this machine has fetched it before; null where it has not. Asks nobody. */
  find(request: JobRequest, signal: AbortSignal): Promise<BaseTree | null>
  /**
   * Fetches into the repository's bare mirror, makes the clean repository, and lays the base commit out in
   * `paths.workspace`, as `paths.owner`'s; null lays nothing out. Throws SourceError.
   */
  materialise(
    request: JobRequest,
    paths: { readonly workspace: string | null; readonly repository: string; readonly owner: Owner },
    signal: AbortSignal,
  ): Promise<MaterialisedBase>
  /** Lays the base commit out in an empty folder as `owner`'s, after `materialise` has fetched it. Throws SourceError. */
  layOut(request: JobRequest, workspace: string, owner: Owner, signal: AbortSignal): Promise<void>
  /**
   * Those files of the default branch's commit `sha` that are wanted, fetched if it is not there. Symlinks come as what
   * they lead to within that commit. Throws SourceError.
   */
  trusted(
    request: JobRequest,
    sha: string,
    isWanted: (path: string) => boolean,
    signal: AbortSignal,
  ): Promise<readonly TrustedFile[]>
  /**
   * Reads plain files of a dead sandbox into the clean repository. `kept` lists what lay there
   * when the agent began, and is not its own; null: the base commit's files.
   */
  collect(
    request: JobRequest,
    paths: SourcePaths,
    kept: KeptFiles | null,
    budget: CollectBudget,
    signal: AbortSignal,
  ): Promise<CollectResult>
  /**
   * Puts together what two sides changed, in the clean repository and without any driver or attribute of theirs. What is
   * not there of `from` and `theirs` is fetched. Throws SourceError.
   */
  merge(request: JobRequest, input: MergeInput, signal: AbortSignal): Promise<Merge>
  /**
   * What differs between a commit and a tree of the clean repository. Null: more than `mostBytes` of contents. Throws
   * SourceError for what Airlock does not take.
   */
  changes(
    repository: string,
    between: { readonly from: string; readonly to: string },
    mostBytes: number,
    signal: AbortSignal,
  ): Promise<ChangeSet | null>
  /**
   * A collected change as a patch that `git apply` takes, binary files in it, from the clean `repository`. Null: too
   * large to be written as one.
   */
  patch(
    repository: string,
    change: Pick<ChangeSet, 'baseSha' | 'treeSha'>,
    signal: AbortSignal,
  ): Promise<Uint8Array | null>
}

/** Files that setup left in the workspace, as path → fingerprint: unchanged ones are not part of the change. */
export type KeptFiles = ReadonlyMap<string, string>
