/** One key of a file that says its structure by indentation, as package managers write their lockfiles. */
export interface Block {
  readonly key: string
  readonly value: string
  /** Begins at 1. */
  readonly line: number
  readonly children: Block[]
}

/** How a key ends: with a colon in YAML, with a blank in yarn's own format unless its line ends with the colon. */
export type Dialect = 'yaml' | 'yarn'

const mostLines = 1_000_000

/**
 * Reads the part of YAML that lockfiles are written in, in linear time. A lockfile may be larger than a YAML parser
 * should be given of a stranger. Whatever else YAML knows (tags, anchors, flow over several lines, a second document)
 * no package manager writes: such a file was made to be read in two ways, and is null here.
 */
export function readIndented(text: string, dialect: Dialect): Block[] | null {
  const root: Block = { key: '', value: '', line: 0, children: [] }
  const open: { readonly indent: number; readonly block: Block }[] = [{ indent: -1, block: root }]
  const lines = text.split('\n')
  if (lines.length > mostLines) return null
  /** Deeper lines than this belong to a text or a list that nobody looks into. */
  let passedOver: number | null = null
  for (const [index, raw] of lines.entries()) {
    const line = raw.trimEnd()
    const indent = line.length - line.trimStart().length
    if (line.trim() === '' || (passedOver !== null && indent > passedOver)) continue
    passedOver = null
    if (line.trimStart().startsWith('#') || (index === 0 && line === '---')) continue
    if (/^\s*\t/.test(line)) return null
    if (/^ *-(?: |$)/.test(line)) {
      passedOver = indent
      continue
    }
    const pair = readPair(line.trimStart(), dialect)
    while ((open.at(-1)?.indent ?? -1) >= indent) open.pop()
    const parent = open.at(-1)?.block ?? root
    if (pair === null || (parent.value !== '' && parent !== root)) return null
    if (/^[|>][+\d-]{0,2}$/.test(pair.value)) passedOver = indent
    const block: Block = { ...pair, line: index + 1, children: [] }
    parent.children.push(block)
    open.push({ indent, block })
  }
  const keys = root.children.map(({ key }) => key)
  return new Set(keys).size < keys.length ? null : root.children
}

function readPair(text: string, dialect: Dialect): { key: string; value: string } | null {
  if (dialect === 'yarn' && !text.endsWith(':')) {
    const at = text.startsWith('"') ? text.indexOf('"', 1) + 1 : text.indexOf(' ')
    return at > 0 && text.charAt(at) === ' '
      ? { key: unquote(text.slice(0, at)), value: unquote(text.slice(at)) }
      : null
  }
  if (dialect === 'yarn') return { key: text.slice(0, -1), value: '' }
  const quoted = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')(?=:)/.exec(text)?.[0]
  if (quoted === undefined && /^["'&*!?|>%@`{}[\],<]/.test(text)) return null
  const at = quoted?.length ?? text.search(/:(?: |$)/)
  if (at <= 0) return null
  const value = text.slice(at + 1).trim()
  // An anchor or alias, or a value that goes on in the next line.
  if (/^[&*!]/.test(value) || isOpen(value)) return null
  return { key: unquote(text.slice(0, at)), value: unquote(value) }
}

function isOpen(value: string): boolean {
  const [first] = value
  if (first === '{') return !value.endsWith('}')
  if (first === '[') return !value.endsWith(']')
  return (first === '"' || first === "'") && !(value.length > 1 && value.endsWith(first))
}

function unquote(text: string): string {
  const bare = text.trim()
  const [first] = bare
  if ((first !== '"' && first !== "'") || !bare.endsWith(first) || bare.length < 2) return bare
  const inner = bare.slice(1, -1)
  return first === "'" ? inner.replaceAll("''", "'") : inner.replaceAll(/\\(["\\/])/g, '$1')
}

export function scalarAt(blocks: readonly Block[], key: string): string | null {
  return blocks.find((block) => block.key === key)?.value ?? null
}
