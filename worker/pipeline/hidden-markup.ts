import type { SyntaxNodeRef } from '@lezer/common'
import { taskMarkdown } from './task-markdown.ts'

/** A part of a text that GitHub shows nothing of. */
export interface HiddenMarkup {
  readonly from: number
  readonly to: number
  readonly kind: 'comment' | 'definition'
}

const htmlBlocks = new Set(['HTMLBlock', 'CommentBlock', 'ProcessingInstructionBlock'])
/** Brackets in these name no definition. */
const noLabels = new Set(['InlineCode', 'FencedCode', 'CodeBlock', 'Escape', 'HTMLTag'])

/** Comments, and definitions that nothing in the text uses; in order, and none within another. */
export function findHiddenMarkup(text: string): readonly HiddenMarkup[] {
  const comments: HiddenMarkup[] = []
  const definitions: HiddenMarkup[] = []
  const labelFree: { readonly from: number; readonly to: number }[] = []
  const enter = ({ name, from, to }: SyntaxNodeRef) => {
    if (name === 'Comment') comments.push({ from, to, kind: 'comment' })
    if (htmlBlocks.has(name)) comments.push(...commentsOfBlock(text, from, to))
    if (name === 'LinkReference' || name === 'Footnote') definitions.push({ from, to, kind: 'definition' })
    if (noLabels.has(name)) labelFree.push({ from, to })
  }
  taskMarkdown.parse(text).iterate({ enter })
  const outside = without(text, inOrder([...comments, ...definitions, ...labelFree]))
  const used = new Set(labelsIn(outside))
  return inOrder([...comments, ...definitions.filter(({ from }) => !used.has(labelAt(text, from)))])
}

/** The text with nothing left of these parts. */
export function without(text: string, parts: readonly { readonly from: number; readonly to: number }[]): string {
  const starts = [0, ...parts.map(({ to }) => to)]
  return starts.map((start, at) => text.slice(start, parts[at]?.from)).join('')
}

/**
 * What is within a block of HTML goes to the browser as it is: there `<!` and `<?` begin comments too, and one that is
 * not closed in its block hides all that follows.
 */
function commentsOfBlock(text: string, from: number, to: number): HiddenMarkup[] {
  const found: HiddenMarkup[] = []
  let at = nextComment(text, from, to)
  while (at !== -1) {
    const closing = text.startsWith('<!--', at) ? '-->' : '>'
    const close = text.slice(at + 2, to).indexOf(closing)
    const end = close === -1 ? text.length : at + 2 + close + closing.length
    found.push({ from: at, to: end, kind: 'comment' })
    at = nextComment(text, end, to)
  }
  return found
}

const commentStart = /<[!?]/g

function nextComment(text: string, from: number, to: number): number {
  commentStart.lastIndex = from
  const at = commentStart.exec(text)?.index ?? to
  return at < to ? at : -1
}

function inOrder<T extends { readonly from: number; readonly to: number }>(parts: readonly T[]): T[] {
  const sorted = parts.toSorted((a, b) => a.from - b.from || b.to - a.to)
  let end = 0
  return sorted.filter((part) => {
    if (part.from < end) return false
    end = part.to
    return true
  })
}

function labelsIn(text: string): string[] {
  return text
    .split('[')
    .slice(1)
    .flatMap((piece) => (piece.includes(']') ? [normal(piece.slice(0, piece.indexOf(']')))] : []))
}

function labelAt(text: string, from: number): string {
  return labelsIn(text.slice(from, from + 1002))[0] ?? ''
}

function normal(label: string): string {
  return label.trim().replace(/\s+/g, ' ').toLowerCase()
}
