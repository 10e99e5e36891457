/**
 * What an agent changed, built by the host from plain files. It lives in memory, within the collect budget, so
 * that gates can be pure functions of it.
 */
export interface ChangeSet {
  readonly baseSha: string
  /** Tree of the result in the job's clean repository. */
  readonly treeSha: string
  readonly files: readonly FileChange[]
}

/** A git file mode that Airlock lets through: regular, executable, symlink. */
export type FileMode = '100644' | '100755' | '120000'

export interface FileVersion {
  readonly mode: FileMode
  /** Blob id in the job's clean repository. */
  readonly sha: string
  readonly content: Uint8Array
}

/** One path, UTF-8, relative to the root with `/`. `before` is null for an addition, `after` for a deletion. */
export interface FileChange {
  readonly path: string
  readonly before: FileVersion | null
  readonly after: FileVersion | null
}

/** A part of a change that nobody could read: what was not read was not searched. */
export interface UnreadPart {
  readonly kind: 'too-large' | 'submodule' | 'odd-name' | 'unsafe-tree' | 'unreadable'
  /** Null where no path is to blame. */
  readonly path: string | null
  /** Sentence. */
  readonly why: string
}

/** A file of a change as somebody else hands it over, with nothing of what it was before: that is for us to look up. */
export interface ProposedFile {
  readonly path: string
  /** Null: it is to be gone. */
  readonly after: Pick<FileVersion, 'mode' | 'content'> | null
}
