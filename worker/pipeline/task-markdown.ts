import {
  type BlockContext,
  type LeafBlock,
  type LeafBlockParser,
  type Line,
  type MarkdownConfig,
  parser,
  Table,
} from '@lezer/markdown'
import { after, codeSpan, markup } from './task-inline.ts'

const label = /[ \t]*\[(?:[^[\]\\]|\\[\s\S])+\]:/y
const destination = /\s*(?:<[^<>\n]*>|[^\s<]\S*)/y
const title = /\s+(?:"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'|\((?:[^()\\]|\\[\s\S])*\))/y
const lineEnd = /[ \t]*(?:\n|$)/y

/** The end of the definition of a link that begins here; -1: none does. */
function definitionEnd(text: string, from: number): number {
  const colon = after(label, text, from)
  const plain = colon === -1 ? -1 : after(destination, text, colon)
  if (plain === -1) return -1
  const titled = after(title, text, plain)
  const end = titled === -1 ? -1 : after(lineEnd, text, titled)
  return end === -1 ? after(lineEnd, text, plain) : end
}

/** A paragraph may begin with definitions. They are read once it is whole: line by line would take the square of it. */
function finishParagraph(cx: BlockContext, leaf: LeafBlock): boolean {
  const { content, start } = leaf
  const ends: number[] = []
  for (let end = definitionEnd(content, 0); end > (ends.at(-1) ?? 0); end = definitionEnd(content, end)) ends.push(end)
  const from = ends.at(-1)
  if (from === undefined) return false
  const definitions = ends.map((end, at) => cx.elt('LinkReference', start + (ends[at - 1] ?? 0), start + end))
  const rest = cx.parser.parseInline(content.slice(from), start + from)
  cx.addLeafElement(leaf, cx.elt('Paragraph', start, start + content.length, [...definitions, ...rest]))
  return true
}

const underline = /\s*(?:=+|-+)\s*$/y

class Definitions implements LeafBlockParser {
  readonly finish = finishParagraph
  private underlined = false

  /** An underline makes no heading of a definition. */
  nextLine(cx: BlockContext, line: Line, leaf: LeafBlock): boolean {
    if (this.underlined || after(underline, line.text, line.pos) === -1) return false
    this.underlined = true
    return finishParagraph(cx, leaf)
  }
}

const footnoteStart = /\[\^[^\]\s]+\]:/y

function footnoteAt(line: Line): number {
  return line.indent >= line.baseIndent + 4 ? -1 : after(footnoteStart, line.text, line.pos)
}

/** Blocks within blocks, beyond what a person writes: the work is their depth for each line. */
const mostDepth = 40

const github: MarkdownConfig = {
  // What is left tells code from text. Links are looked for over and over, by the square of their number.
  remove: [
    ...['HTMLTag', 'InlineCode', 'Link', 'Image', 'LinkEnd', 'Emphasis', 'Entity', 'HardBreak'],
    'LinkReference',
  ],
  defineNodes: [
    {
      name: 'Footnote',
      block: true,
      composite(_cx: BlockContext, line: Line, indent: number) {
        if (line.next !== -1 && line.indent < line.baseIndent + indent) return false
        line.moveBaseColumn(line.baseIndent + indent)
        return true
      },
    },
  ],
  parseBlock: [
    {
      name: 'TooDeep',
      before: 'IndentedCode',
      parse(cx, line) {
        if (cx.depth < mostDepth) return false
        const from = cx.lineStart + line.pos
        // In doubt hidden: no code is looked for in there, only what hides.
        cx.addElement(cx.elt('HTMLBlock', from, cx.lineStart + line.text.length))
        cx.nextLine()
        return true
      },
    },
    {
      name: 'Footnote',
      before: 'IndentedCode',
      parse(cx, line) {
        const end = footnoteAt(line)
        if (end === -1) return false
        cx.startComposite('Footnote', line.pos, 4)
        line.moveBase(end)
        return null
      },
      endLeaf: (_cx, line) => footnoteAt(line) !== -1,
    },
    {
      name: 'Definitions',
      before: 'SetextHeading',
      leaf: (_cx, { content }) => (content.trimStart().startsWith('[') ? new Definitions() : null),
    },
  ],
  parseInline: [markup, codeSpan],
}

/** Reads Markdown as GitHub does, as far as it matters for what is shown: blocks, code, and markup. */
export const taskMarkdown = parser.configure([Table, github])
