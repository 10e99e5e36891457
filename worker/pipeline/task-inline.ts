import type { InlineContext, InlineParser } from '@lezer/markdown'

/** Where a kind of markup that GitHub shows nothing of begins, and with what it ends. */
const unshown = [
  ['<!--', '-->'],
  ['<?', '?>'],
  ['<![CDATA[', ']]>'],
  ['<!', '>'],
] as const

/** For each text that is parsed, the ends that it has no more of: none is looked for twice. */
const absent = new WeakMap<InlineContext, Set<string>>()

function hiddenAt(cx: InlineContext, start: number): number {
  const at = start - cx.offset
  const kind = unshown.find(([opening]) => cx.text.startsWith(opening, at))
  if (kind === undefined) return -1
  const [opening, closing] = kind
  const gone = absent.get(cx) ?? new Set()
  // `<!-->` is a whole comment.
  const end = gone.has(closing) ? -1 : cx.text.indexOf(closing, at + (opening === '<!--' ? 2 : opening.length))
  if (end === -1) absent.set(cx, gone.add(closing))
  return end === -1 ? -1 : cx.addElement(cx.elt('Comment', start, end + closing.length + cx.offset))
}

const tagName = /<\/?[a-z][\w-]*/iy
const attribute = /\s+[a-z_:][\w.:-]*(?:\s*=\s*(?:[^\s"'=<>`]+|'[^']*'|"[^"]*"))?/iy
const tagEnd = /\s*\/?>/y
const autolink = /<[a-z][-\w+.]+:[^\s<>]+>|(?:https?:\/\/|ftp:\/\/|www\.)[^\s<]+/iy

/** A backtick in a tag or in an address begins no code. */
function addressOrTagAt(cx: InlineContext, start: number): number {
  const at = start - cx.offset
  let end = after(autolink, cx.text, at)
  if (end === -1) {
    end = after(tagName, cx.text, at)
    if (end === -1) return -1
    for (let next = end; next !== -1; next = after(attribute, cx.text, end)) end = next
    end = after(tagEnd, cx.text, end)
  }
  return end === -1 ? -1 : cx.addElement(cx.elt('HTMLTag', start, end + cx.offset))
}

export function after(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : -1
}

const isMark = new Set([...'<hHfFwW'].map((letter) => letter.charCodeAt(0)))

export const markup: InlineParser = {
  name: 'Markup',
  before: 'Escape',
  parse(cx, next, start) {
    if (!isMark.has(next)) return -1
    const end = hiddenAt(cx, start)
    return end === -1 ? addressOrTagAt(cx, start) : end
  },
}

/** For each text that is parsed, where the last run of so many backticks is. */
const lastRuns = new WeakMap<InlineContext, ReadonlyMap<number, number>>()

function lastRun(cx: InlineContext, length: number): number {
  const runs = lastRuns.get(cx) ?? new Map([...cx.text.matchAll(/`+/g)].map((run) => [run[0].length, run.index]))
  lastRuns.set(cx, runs)
  return runs.get(length) ?? -1
}

const backticks = /`+/y

/** Looks for the end of a run once: where none of its length follows, it is plain text. */
export const codeSpan: InlineParser = {
  name: 'CodeSpan',
  after: 'Escape',
  parse(cx, next, start) {
    if (next !== 96) return -1
    const at = start - cx.offset
    const opened = after(backticks, cx.text, at)
    const length = opened - at
    if (lastRun(cx, length) < opened) return opened + cx.offset
    let from = opened
    for (;;) {
      from = cx.text.indexOf('`', from)
      const end = after(backticks, cx.text, from)
      if (end - from === length) return cx.addElement(cx.elt('InlineCode', start, end + cx.offset))
      from = end
    }
  },
}
