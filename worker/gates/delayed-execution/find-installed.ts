import { type Ecosystem, plainName } from '../../contract/index.ts'
import { isFixture } from '../change/classify-path.ts'
import type { ChangedFile } from '../change/view-change.ts'
import { dependencyFiles } from '../dependencies/dependency-files.ts'

export type IsInstalled = (ecosystem: Ecosystem, name: string) => boolean

/**
 * Whether a lockfile or manifest of this change had a package before it: what one more manifest asks for, or what moves
 * from one to another, was run already. Read when first asked for, since few changes need it.
 */
export function createIsInstalled(files: readonly ChangedFile[]): IsInstalled {
  let known: ReadonlySet<string> | null = null
  return (ecosystem, name) => {
    known ??= new Set(files.flatMap(installedBefore))
    return known.has(keyOf(ecosystem, name))
  }
}

function installedBefore({ path, before }: ChangedFile): string[] {
  const kind = dependencyFiles.find(({ paths }) => paths.test(path))
  if (kind === undefined || before === null || before.text === null || isFixture(path)) return []
  // Under the name of what a manifest took from elsewhere, the registry may have something else.
  const here = (kind.read(before.text) ?? []).filter(({ elsewhere }) => kind.kind === 'lockfile' || elsewhere === null)
  return here.map(({ name }) => keyOf(kind.ecosystem, name))
}

function keyOf(ecosystem: Ecosystem, name: string): string {
  return `${ecosystem} ${plainName(ecosystem, name)}`
}
