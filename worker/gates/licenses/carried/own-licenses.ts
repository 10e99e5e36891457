import type { GateInput } from '../../../pipeline/ports/index.ts'
import { isLicenseFile } from './classify-file.ts'
import { declaredLicense, isManifest } from './declared-licenses.ts'
import { readLicenses } from './read-licenses.ts'
import { comparableIds } from './same-license.ts'

/** What the repository says of itself at the base commit, which the change has no hand in. */
export interface OwnLicenses {
  /** Comparable ids; empty where it says nothing. */
  readonly ids: ReadonlySet<string>
  /** Nobody but its owner may use it: its files say so too. */
  readonly isClosed: boolean
}

/** Of each of these files; a license is shorter. */
export const mostLicenseBytes = 256 * 1024

const mostFiles = 20

/** Those of the base tree's paths that say the repository's own license: files at its top. */
export function ownLicensePaths(paths: readonly string[]): string[] {
  const top = paths.filter((path) => !path.includes('/'))
  return top.filter((path) => isLicenseFile(path) || isManifest(path)).slice(0, mostFiles)
}

/** Pure but for the list of licenses. `texts` are those of the base commit's files that `ownLicensePaths` chooses. */
export async function ownLicenses({ base }: Pick<GateInput, 'base'>): Promise<OwnLicenses> {
  const ids = new Set<string>()
  let isClosed = true
  for (const [path, text] of base.texts ?? []) {
    const declared = isManifest(path) ? declaredLicense(path, text) : null
    const found = isManifest(path) ? [] : await readLicenses(text.split(/\r?\n/), 'license')
    const expressions = declared === null ? found.map(({ expression }) => expression) : [declared]
    for (const id of expressions.flatMap(comparableIds)) {
      ids.add(id)
      isClosed &&= id === 'LicenseRef-proprietary'
    }
  }
  return { ids, isClosed }
}
