import type { ChangedFile } from '../change/view-change.ts'

/** What the tree is called, before and after the change alike. Read when first asked for: few changes need it. */
export interface Tree {
  /** Whether a file is there, in any spelling that macOS and Windows take for the same. */
  readonly has: (path: string) => boolean
  /** Extensions of the base tree's files whose names begin with a dash. */
  readonly dashed: () => ReadonlySet<string>
}

export function createTree(files: readonly ChangedFile[], basePaths: readonly string[]): Tree {
  let names: ReadonlySet<string> | null = null
  let dashed: ReadonlySet<string> | null = null
  return {
    has(path) {
      names ??= new Set([...basePaths, ...files.map((file) => file.path)].map(folded))
      return names.has(folded(path))
    },
    dashed() {
      dashed ??= new Set(basePaths.flatMap((path) => /(?:^|\/)-[^/.]{1,200}\.(\w{1,10})$/.exec(path)?.[1] ?? []))
      return dashed
    },
  }
}

function folded(path: string): string {
  return path.normalize('NFC').toLowerCase()
}
