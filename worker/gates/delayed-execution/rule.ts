import type { Severity } from '../../contract/index.ts'
import type { DocumentReader } from '../change/create-document-reader.ts'
import type { ChangedFile } from '../change/view-change.ts'
import type { IsInstalled } from './find-installed.ts'
import type { Tree } from './find-names.ts'

/** What a rule says when it fires. */
export interface RuleText {
  readonly id: string
  readonly severity: Severity
  /** Sentence: what would run it, and when. */
  readonly when: string
  /** Sentence: how to mend it. */
  readonly mend: string
}

export interface Rule extends RuleText {
  /** Globs, whatever the case. A glob without a slash means the root. */
  readonly paths: readonly string[]
  /**
   * Words without one of which, on a line or on one that it may continue, that line cannot match, whatever the case:
   * `match` is shown no other added lines.
   */
  readonly words?: readonly string[]
  /** The tool also looks inside folders of test material, where other rules only note. */
  readonly alsoInFixtures?: boolean
  readonly match: Match
}

export type Match = (file: ChangedFile, change: Change) => readonly Hit[]

export interface Hit {
  /** Sentence: what was found. */
  readonly what: string
  readonly line: number | null
  /** Where this hit weighs less or more than its rule. */
  readonly severity?: Severity
  /** Where one match speaks for several rules. */
  readonly text?: RuleText
}

/** What a rule may look at beyond its own file. */
export interface Change {
  readonly files: ReadonlyMap<string, ChangedFile>
  readonly read: DocumentReader
  /** For a path or folder that the change adds: another spelling of it in the same tree. */
  readonly collisions: ReadonlyMap<string, string>
  readonly tree: Tree
  /** Whether a lockfile had a package before the change. */
  readonly isInstalled: IsInstalled
  /** Whether the policy protects a path. */
  readonly protects: (path: string) => boolean
}
