import type { Ecosystem } from '../../contract/index.ts'

/** One package that a manifest or lockfile brings in, as the file says it. */
export interface FoundPackage {
  readonly name: string
  /** One version, or the range that a manifest asks for. */
  readonly version: string
  readonly exact: boolean
  /** What binds the content: digests, or for composer the address and commit. */
  readonly integrity: readonly string[]
  /** Where it comes from, if that is not the registry that everybody takes it from. */
  readonly elsewhere: string | null
  /** The file's own word on the license: the word of whoever wrote it. */
  readonly declared: unknown
  readonly line: number | null
}

export interface DependencyFile {
  readonly ecosystem: Ecosystem
  /** Of whole paths, whatever the case. */
  readonly paths: RegExp
  /** A lockfile's versions count; a manifest counts for what no lockfile of the same change decides. */
  readonly kind: 'lockfile' | 'manifest'
  /** Every package that the file brings in, none of the repository's own. Null: it is not what its name says. Pure. */
  readonly read: (text: string) => readonly FoundPackage[] | null
}

/** What most files say no more of than a name and a version. */
export function found(name: string, version: string, more: Partial<FoundPackage> = {}): FoundPackage {
  return { name, version, exact: true, integrity: [], elsewhere: null, declared: undefined, line: null, ...more }
}
