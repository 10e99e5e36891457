import { parseDocument } from '../change/parse-document.ts'
import { entriesAt, textAt, valueAt } from '../change/read-value.ts'
import { type DependencyFile, type FoundPackage, found } from './found-package.ts'

export const bunFiles: readonly DependencyFile[] = [
  {
    ecosystem: 'npm',
    paths: /(?:^|\/)bun\.lock$/i,
    kind: 'lockfile',
    read(text) {
      const document = parseDocument(text, 'jsonc')
      if (!document.ok || typeof valueAt(document.value, 'lockfileVersion') !== 'number') return null
      const packages = entriesAt(document.value, 'packages')
      const read = packages.map(([, entry]) => fromEntry(entry))
      return read.includes(null) ? null : read.flatMap((one) => one ?? [])
    },
  },
  // Bun's older lockfile is binary: whatever it says, nothing here can read it.
  { ecosystem: 'npm', paths: /(?:^|\/)bun\.lockb$/i, kind: 'lockfile', read: () => null },
]

/** `["a@1.0.0", "", { … }, "sha512-…"]`: what is installed, the registry if it is not the usual one, and its digest. */
function fromEntry(entry: unknown): FoundPackage[] | null {
  const [, name = '', version = ''] =
    /^((?:@[^/@]{1,214}\/)?[^/@]{1,214})@(.{1,2000})$/.exec(textAt(entry, 0) ?? '') ?? []
  if (name === '') return null
  if (/^(?:workspace|link|root):/.test(version)) return []
  const integrity = textAt(entry, 3)
  const digests = integrity === null || integrity === '' ? [] : [integrity]
  const source = /^\d/.test(version) ? textAt(entry, 1) : version
  const elsewhere = digests.length > 0 && /^\d/.test(version) ? null : source || 'an unknown place'
  return [found(name, version, { exact: /^\d/.test(version), integrity: digests, elsewhere })]
}
