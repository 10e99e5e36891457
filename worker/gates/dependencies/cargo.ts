import { parseDocument } from '../change/parse-document.ts'
import { entriesAt, listAt, textAt, valueAt } from '../change/read-value.ts'
import { type DependencyFile, type FoundPackage, found } from './found-package.ts'

const cratesIo =
  /^(?:registry\+https:\/\/github\.com\/rust-lang\/crates\.io-index|sparse\+https:\/\/index\.crates\.io\/)$/
const tables = ['dependencies', 'dev-dependencies', 'build-dependencies']

export const cargoFiles: readonly DependencyFile[] = [
  { ecosystem: 'cargo', paths: /(?:^|\/)Cargo\.lock$/i, kind: 'lockfile', read: readLock },
  { ecosystem: 'cargo', paths: /(?:^|\/)Cargo\.toml$/i, kind: 'manifest', read: readManifest },
]

function readLock(text: string): FoundPackage[] | null {
  const document = parseDocument(text, 'toml')
  if (!document.ok) return null
  const read = listAt(document.value, 'package').map((entry): FoundPackage[] | null => {
    const [name, version, source] = [textAt(entry, 'name'), textAt(entry, 'version'), textAt(entry, 'source')]
    if (name === null || version === null) return null
    // What has no source lies in the repository.
    if (source === null) return []
    const checksum =
      textAt(entry, 'checksum') ?? textAt(document.value, 'metadata', `checksum ${name} ${version} (${source})`)
    const integrity = checksum === null ? [] : [`sha256:${checksum}`]
    return [found(name, version, { integrity, elsewhere: cratesIo.test(source) ? null : source })]
  })
  return read.includes(null) ? null : read.flatMap((one) => one ?? [])
}

function readManifest(text: string): FoundPackage[] | null {
  const document = parseDocument(text, 'toml')
  if (!document.ok) return null
  const { value } = document
  const places = [value, valueAt(value, 'workspace'), ...entriesAt(value, 'target').map(([, target]) => target)]
  return places.flatMap((place) =>
    tables.flatMap((table) => entriesAt(place, table).flatMap(([key, asked]) => fromTable(key, asked))),
  )
}

function fromTable(key: string, asked: unknown): FoundPackage[] {
  if (textAt(asked, 'path') !== null || valueAt(asked, 'workspace') === true) return []
  const elsewhere = textAt(asked, 'git') ?? textAt(asked, 'registry') ?? textAt(asked, 'registry-index')
  const range = typeof asked === 'string' ? asked : (textAt(asked, 'version') ?? 'any')
  const version = /^=\s{0,10}(\d{1,9}\.\d{1,9}\.\d{1,9}[\w.+-]{0,100})$/.exec(range)?.[1]
  return [found(textAt(asked, 'package') ?? key, version ?? range, { exact: version !== undefined, elsewhere })]
}
