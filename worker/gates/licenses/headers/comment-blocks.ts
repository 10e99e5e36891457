/** A line of a comment without what makes it one. `index` is its place among the lines of the file. */
export interface CommentLine {
  readonly index: number
  readonly text: string
}

/** Lines of a comment that follow one another, or a stretch of plain text. */
export interface CommentBlock {
  readonly lines: readonly CommentLine[]
  /** It stands before the code, or says itself that bundlers have to keep it: what it says holds for the file. */
  readonly heads: boolean
}

/** Lines of code that may come before a header: a shebang, a package line, directives. */
const mostCodeBefore = 4
const longestLine = 4000
/** People write no longer lines of code. */
const minified = 200

/** What opens a comment of several lines, and what closes it. */
const closers: ReadonlyMap<string, string> = new Map([
  ['/*', '*/'],
  ['<!--', '-->'],
  ['<%--', '--%>'],
  ['{{!--', '--}}'],
  ['{#', '#}'],
  ['{-', '-}'],
  ['(*', '*)'],
  ['--[[', ']]'],
  ['<#', '#>'],
  ['=begin', '=end'],
  ['=head', '=cut'],
  ['=pod', '=cut'],
  ['"""', '"""'],
  ["'''", "'''"],
])
const opening = /^\s*(?:<\?php\s*)?(\/\*|<!--|<%--|\{\{!--|\{#|\{-|\(\*|--\[\[|<#|=begin|=head|=pod|"""|''')/
const lineComment =
  /^\s*(?:\/\/+!?|#+!?(?!\[|include|define|if|endif|pragma)|--+|;+|%+|\*+\/?|dnl\b|@?rem\b|\.\\"|\.\.(?=\s))/i
/** The first character of all these: most lines of code have another. */
const mayBegin = /^\s*[^\s\w$]|^\s*(?:dnl|rem)\b/i
/** Python's way to say it in code. */
const licenseVariable = /^__license__\s*=\s*["']([^"']{1,80})["']/
const decoration = /^[\s*/#;%=~+|!-]+/
const trailing = new Set([' ', '\t', '\r', '*', '|', '#'])
/** A comment inside a line that a minifier kept: `/*! name | MIT *\/`. */
const keptComment = /\/\*[!*][^*]{1,600}(?:\*(?!\/)[^*]{0,600}){0,60}\*\//g

/** The comments of source code, whatever its language, as far as a line shows how it begins. Pure, linear. */
export function commentBlocks(lines: readonly string[]): CommentBlock[] {
  const blocks: CommentBlock[] = []
  let current: CommentLine[] = []
  let closer: string | null = null
  let code = 0
  const flush = () => {
    if (current.length > 0) blocks.push({ lines: current, heads: code <= mostCodeBefore })
    current = []
  }
  for (const [index, raw] of lines.entries()) {
    const line = raw.slice(0, longestLine)
    const comment = readLine(line, closer)
    if (comment === null) {
      // Paragraphs of one notice often stand apart.
      if (line.trim() === '') continue
      flush()
      const variable = licenseVariable.exec(line)?.[1]
      if (variable !== undefined) blocks.push({ lines: [{ index, text: `License: ${variable}` }], heads: true })
      code += 1
      if (raw.length >= minified && (line.includes('/*!') || line.includes('/**')))
        blocks.push(...keptComments(raw, index))
      continue
    }
    current.push({ index, text: comment.text })
    closer = comment.closer
  }
  flush()
  return blocks
}

/** The whole text as one block: a file that is all words. */
export function plainBlock(lines: readonly string[]): CommentBlock {
  return { lines: lines.map((text, index) => ({ index, text: strip(text.slice(0, longestLine)) })), heads: true }
}

/** What the line says, and what would end the comment that is open after it; null for a line of code. */
function readLine(line: string, open: string | null): { text: string; closer: string | null } | null {
  if (open !== null) {
    const end = line.indexOf(open)
    return end === -1 ? { text: strip(line), closer: open } : { text: strip(line.slice(0, end)), closer: null }
  }
  if (!mayBegin.test(line)) return null
  const opened = opening.exec(line)
  const closer = closers.get(opened?.[1] ?? '')
  if (opened === null || closer === undefined) {
    const leader = lineComment.exec(line)
    return leader === null ? null : { text: strip(line.slice(leader[0].length)), closer: null }
  }
  const from = opened[0].length
  const end = line.indexOf(closer, from)
  return { text: strip(line.slice(from, end === -1 ? undefined : end)), closer: end === -1 ? closer : null }
}

function strip(text: string): string {
  let end = text.length
  while (end > 0 && trailing.has(text.charAt(end - 1))) end -= 1
  return text.slice(0, end).replace(decoration, '')
}

function keptComments(line: string, index: number): CommentBlock[] {
  return [...line.matchAll(keptComment)].map(([comment]) => ({
    lines: comment
      .slice(3, -2)
      .split(/\\n|\s\*\s/)
      .map((text) => ({ index, text: strip(text) })),
    heads: true,
  }))
}
