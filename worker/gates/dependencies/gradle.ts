import { parseDocument } from '../change/parse-document.ts'
import { entriesAt, textAt, valueAt } from '../change/read-value.ts'
import { type DependencyFile, type FoundPackage, found } from './found-package.ts'

const coordinate =
  /["']([A-Za-z0-9_][\w.-]{0,100}:[A-Za-z0-9_][\w.-]{0,100}):([^"':@\s]{1,100})(?::[\w.-]{1,50})?(?:@\w{1,10})?["']/g
const named =
  /\bgroup\s{0,5}[:=]\s{0,5}["']([\w.-]{1,100})["']\s{0,5},\s{0,5}name\s{0,5}[:=]\s{0,5}["']([\w.-]{1,100})["']\s{0,5},\s{0,5}version\s{0,5}[:=]\s{0,5}["']([^"'\s]{1,100})["']/g

export const gradleFiles: readonly DependencyFile[] = [
  { ecosystem: 'maven', paths: /(?:^|\/)(?:buildscript-)?gradle\.lockfile$/i, kind: 'lockfile', read: readLock },
  { ecosystem: 'maven', paths: /(?:^|\/)[^/]{0,100}\.versions\.toml$/i, kind: 'manifest', read: readCatalog },
  { ecosystem: 'maven', paths: /\.gradle(?:\.kts)?$/i, kind: 'manifest', read: readScript },
]

/** `group:name:version=configurations`. */
function readLock(text: string): FoundPackage[] | null {
  const read = text.split(/\r\n|\n/).map((raw, index): FoundPackage[] | null => {
    const line = raw.trim()
    if (line === '' || line.startsWith('#') || line.startsWith('empty=')) return []
    const [, name = '', version = ''] = /^([^:=\s]{1,200}:[^:=\s]{1,200}):([^:=\s]{1,200})=/.exec(line) ?? []
    return name === '' ? null : [found(name, version, { line: index + 1 })]
  })
  return read.includes(null) ? null : read.flatMap((one) => one ?? [])
}

/** A build script is a program: read is what it says plainly. */
function readScript(text: string): FoundPackage[] {
  return text.split(/\r\n|\n|\r/).flatMap((line, index) => {
    if (line.trimStart().startsWith('//')) return []
    const plain = [...line.matchAll(coordinate)].map(([, name = '', version = '']) => ({ name, version }))
    const long = [...line.matchAll(named)].map(([, group, name, version = '']) => ({
      name: `${group}:${name}`,
      version,
    }))
    return [...plain, ...long].map(({ name, version }) =>
      found(name, version, { exact: isExact(version), line: index + 1 }),
    )
  })
}

function readCatalog(text: string): FoundPackage[] | null {
  const document = parseDocument(text, 'toml')
  if (!document.ok) return null
  return entriesAt(document.value, 'libraries').flatMap(([key, library]) => {
    if (typeof library === 'string') {
      const [group = '', name = '', version = '?'] = library.split(':')
      return [found(`${group}:${name}`, version, { exact: isExact(version) })]
    }
    const module = textAt(library, 'module') ?? `${textAt(library, 'group') ?? '?'}:${textAt(library, 'name') ?? key}`
    const reference = textAt(library, 'version', 'ref')
    const version = reference === null ? textAt(library, 'version') : textAt(document.value, 'versions', reference)
    const asked = version ?? (valueAt(library, 'version') === undefined ? 'as another file says' : '?')
    return [found(module, asked, { exact: isExact(asked) })]
  })
}

/** `1.+`, `latest.release` and `$version` are decided later. */
function isExact(version: string): boolean {
  return /^\w[\w.-]{0,100}$/.test(version) && !version.startsWith('latest')
}
