import { type DependencyFile, type FoundPackage, found } from './found-package.ts'

/** Words that begin a line or a block of go.mod. */
const verbs = /^(?:module|go|toolchain|godebug|exclude|retract|tool|ignore|require|replace)$/
const version = /^v\d[\w.+-]{0,200}$/

export const goFiles: readonly DependencyFile[] = [
  {
    ecosystem: 'golang',
    paths: /(?:^|\/)go\.sum$/i,
    kind: 'lockfile',
    read: readSums,
  },
  // A module's own file says each version exactly.
  { ecosystem: 'golang', paths: /(?:^|\/)go\.mod$/i, kind: 'manifest', read: readModule },
]

/** `MODULE VERSION h1:DIGEST`; a line of a `/go.mod` alone brings no code. */
function readSums(text: string): FoundPackage[] | null {
  const read = text.split('\n').map((raw, index): FoundPackage[] | null => {
    const words = raw.trim().split(/\s+/)
    const [name = '', at = '', digest = ''] = words
    if (name === '') return []
    if (words.length !== 3 || !/^h\d:/.test(digest)) return null
    if (at.endsWith('/go.mod')) return []
    return version.test(at) ? [found(name, at, { integrity: [digest], line: index + 1 })] : null
  })
  return read.includes(null) ? null : read.flatMap((one) => one ?? [])
}

interface Replacement {
  readonly from: string
  readonly at: string | null
}

function readModule(text: string): FoundPackage[] | null {
  const required: FoundPackage[] = []
  const replaced: Replacement[] = []
  let block: string | null = null
  for (const [index, raw] of text.split(/\r\n|\n|\r/).entries()) {
    const words = wordsOf(raw)
    const [first = '', second] = words
    if (first === '') continue
    if (block !== null && first === ')') {
      block = null
      continue
    }
    const verb: string = block ?? first
    if (!verbs.test(verb)) return null
    if (block === null && second === '(' && words.length === 2) {
      block = verb
      continue
    }
    const said = block === null ? words.slice(1) : words
    if (verb === 'require') {
      const [name = '', at = ''] = said
      if (said.length !== 2) return null
      required.push(found(name, at, { exact: version.test(at), line: index + 1 }))
    } else if (verb === 'replace') {
      const arrow = said.indexOf('=>')
      const [name = '', at] = said.slice(0, arrow)
      const [target = '', to] = said.slice(arrow + 1)
      if (arrow < 1 || target === '') return null
      replaced.push({ from: name, at: at ?? null })
      if (to !== undefined) required.push(found(target, to, { exact: version.test(to), line: index + 1 }))
    }
  }
  return required.filter(({ name, version: at }) => !replaced.some((one) => one.from === name && (one.at ?? at) === at))
}

function wordsOf(raw: string): string[] {
  const at = raw.indexOf('//')
  // An address has two slashes only behind a scheme, which no module path has.
  const line = at === -1 ? raw : raw.slice(0, at)
  return line
    .replaceAll(/([()])/g, ' $1 ')
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => word.replaceAll(/^["`]|["`]$/g, ''))
}
