import { composerBinding } from '../../contract/index.ts'
import { parseDocument } from '../change/parse-document.ts'
import { entriesAt, listAt, textAt, valueAt } from '../change/read-value.ts'
import { type DependencyFile, type FoundPackage, found } from './found-package.ts'

export const composerFiles: readonly DependencyFile[] = [
  { ecosystem: 'composer', paths: /(?:^|\/)composer\.lock$/i, kind: 'lockfile', read: readLock },
  { ecosystem: 'composer', paths: /(?:^|\/)composer\.json$/i, kind: 'manifest', read: readManifest },
]

function readLock(text: string): FoundPackage[] | null {
  const document = parseDocument(text, 'json')
  if (!document.ok || typeof document.value !== 'object') return null
  const entries = ['packages', 'packages-dev'].flatMap((field) => listAt(document.value, field))
  const read = entries.map((entry): FoundPackage[] | null => {
    const [name, version] = [textAt(entry, 'name'), textAt(entry, 'version')]
    if (name === null || version === null) return null
    if (textAt(entry, 'dist', 'type') === 'path') return []
    const integrity = [...boundBy('dist', valueAt(entry, 'dist')), ...boundBy('source', valueAt(entry, 'source'))]
    const declared = valueAt(entry, 'license')
    const exact = /^v?\d/.test(version)
    // Composer downloads from where the lockfile says, whatever the package is called.
    return [found(name, version, { exact, integrity, elsewhere: integrity.length === 0 ? 'nowhere' : null, declared })]
  })
  return read.includes(null) ? null : read.flatMap((one) => one ?? [])
}

function boundBy(kind: 'dist' | 'source', value: unknown): string[] {
  const said = { url: textAt(value, 'url'), reference: textAt(value, 'reference'), shasum: textAt(value, 'shasum') }
  return said.url === null ? [] : [composerBinding(kind, said)]
}

function readManifest(text: string): FoundPackage[] | null {
  const document = parseDocument(text, 'json')
  if (!document.ok) return null
  return ['require', 'require-dev'].flatMap((field) =>
    entriesAt(document.value, field)
      .filter(([name]) => name.includes('/'))
      .map(([name, asked]) => {
        const range = String(asked)
        const version = /^=?\s{0,5}(v?\d{1,9}(?:\.\d{1,9}){2,3}(?:-[\w.]{1,50})?)$/.exec(range)?.[1]
        return found(name, version ?? range, { exact: version !== undefined })
      }),
  )
}
