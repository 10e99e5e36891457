import { type Ecosystem, plainName } from '../../contract/index.ts'
import { isFixture } from '../change/classify-path.ts'
import type { ChangedFile } from '../change/view-change.ts'
import { dependencyFiles } from '../dependencies/dependency-files.ts'

export type IsInstalled = (ecosystem: Ecosystem, name: string) => boolean

/**
 * Whether a lockfile of this change had a package before it: what one more manifest asks for was run already. Read when
 * first asked for, since few changes need it.
 */
export function createIsInstalled(files: readonly ChangedFile[]): IsInstalled {
  let known: ReadonlySet<string> | null = null
  return (ecosystem, name) => {
    known ??= new Set(files.flatMap(installedBefore))
    return known.has(keyOf(ecosystem, name))
  }
}

function installedBefore({ path, before }: ChangedFile): string[] {
  const kind = dependencyFiles.find(({ kind: is, paths }) => is === 'lockfile' && paths.test(path))
  if (kind === undefined || before === null || before.text === null || isFixture(path)) return []
  return (kind.read(before.text) ?? []).map(({ name }) => keyOf(kind.ecosystem, name))
}

function keyOf(ecosystem: Ecosystem, name: string): string {
  return `${ecosystem} ${plainName(ecosystem, name)}`
}
