import { parse as parseToml } from 'smol-toml'
import { type Document, isScalar, parseDocument as parseYamlDocument, visit } from 'yaml'
import { stripJsonComments } from './strip-json-comments.ts'

export type DocumentFormat = 'json' | 'jsonc' | 'yaml' | 'toml' | 'ini'

export type ParsedDocument =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly why: string }

/** Characters. Lockfiles are the largest JSON that people commit. YAML takes its parser longest. */
const limits: Record<DocumentFormat, number> = {
  json: 16_000_000,
  jsonc: 4_000_000,
  yaml: 200_000,
  toml: 8_000_000,
  ini: 500_000,
}
/** Brackets inside one another: more is an attack on the stack of whoever walks the document. */
const depthLimit = 256
/** Aliases resolved in one YAML document: the "billion laughs" needs many. */
const aliasLimit = 50
/** Values in one YAML document, aliases counted each time; a loop has no end of them. */
const nodeLimit = 100_000

/**
 * Where readers of YAML 1.1 begin a line, and with it leave a comment, and readers of 1.2 do not: what stands behind one
 * is read by GitHub, pre-commit and pnpm, and would be passed over here.
 */
const disputedLineEnd = /\r(?!\n)|[\u0085\u2028\u2029]/

/** Reads a configuration file within bounds. What cannot be read is a value with its reason, never an exception. */
export function parseDocument(text: string, format: DocumentFormat): ParsedDocument {
  if (text.length > limits[format]) return { ok: false, why: 'it is too large' }
  if (format === 'yaml' && disputedLineEnd.test(text)) return { ok: false, why: 'it is cut into lines in two ways' }
  if (format !== 'ini' && nestingDepth(text) > depthLimit) return { ok: false, why: 'it is nested too deeply' }
  try {
    return { ok: true, value: read(text, format) }
  } catch {
    // The parser's own words quote the file, which may hold a secret.
    return { ok: false, why: `it is not valid ${format === 'jsonc' ? 'JSON' : format.toUpperCase()}` }
  }
}

function read(text: string, format: DocumentFormat): unknown {
  if (format === 'json') return JSON.parse(text)
  if (format === 'jsonc') return JSON.parse(stripJsonComments(text), refusePrototypes)
  if (format === 'ini') return readIni(text)
  if (format === 'toml') return parseToml(text, { maxDepth: depthLimit })
  const document = parseYamlDocument(text, { uniqueKeys: false, prettyErrors: false, logLevel: 'error' })
  const [error] = document.errors
  if (error) throw error
  refuseDoubleKeys(document)
  const value: unknown = document.toJS({ maxAliasCount: aliasLimit })
  refuseLoops(value)
  return value
}

/** Editors read their files with a parser that lets this key give an object properties which it does not have here. */
function refusePrototypes(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new SyntaxError('a key that readers take for two things')
  return value
}

/**
 * Two values for one key: which one counts differs from reader to reader. The parser's own check compares every key
 * with every other, which a large file turns against us.
 */
function refuseDoubleKeys(document: Document): void {
  visit(document, {
    Map(_key, map) {
      const keys = map.items.map(({ key }) => (isScalar(key) ? String(key.value) : ''))
      if (new Set(keys).size < keys.length) throw new SyntaxError('a key comes twice')
    },
  })
}

/** An alias may point at what holds it: every walk over such a document would be endless. */
function refuseLoops(root: unknown): void {
  const pending = [root]
  for (let visited = 0; pending.length > 0; visited += 1) {
    if (visited > nodeLimit) throw new RangeError('too many nodes')
    const value = pending.pop()
    if (typeof value === 'object' && value !== null) pending.push(...Object.values(value))
  }
}

function nestingDepth(text: string): number {
  let depth = 0
  let deepest = 0
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code === 0x5b || code === 0x7b) deepest = Math.max(deepest, ++depth)
    else if (code === 0x5d || code === 0x7d) depth = Math.max(0, depth - 1)
  }
  return deepest
}

/** `key=value` lines, keys in lower case and prefixed by their section; a repeated key keeps all its values. */
function readIni(text: string): Record<string, string> {
  const entries = new Map<string, string>()
  let section = ''
  for (const line of text.split(/\r\n|\n|\r/).map((raw) => raw.trim())) {
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue
    if (line.startsWith('[') && line.endsWith(']')) {
      section = `${line.slice(1, -1).trim()}.`
      continue
    }
    const at = line.indexOf('=')
    const key = section + (at === -1 ? line : line.slice(0, at)).trim().toLowerCase()
    const value = at === -1 ? '' : line.slice(at + 1).trim()
    entries.set(key, entries.has(key) ? `${entries.get(key)}\n${value}` : value)
  }
  return Object.fromEntries(entries)
}
