import parse from 'spdx-expression-parse'
import type { CommentBlock } from './comment-blocks.ts'

/** A tag as it stands; `expression` is null where its words are no SPDX expression. */
export interface SpdxTag {
  readonly words: string
  readonly expression: string | null
  readonly index: number
}

const tag = /^[^A-Za-z0-9"'`]{0,40}SPDX-License-Identifier\s{0,5}:\s{0,20}(.{1,400})$/i
const closers = /(?:\*{1,20}\/|--%?>|--\}\}|#\}|%\}|\]\]|-\}|\*\)|"""|''')$/
/** A template's gap, a pattern, or a sentence about tags: no word on a license. */
const isPlaceholder = /[<>{}$[\]\\|"'`]|\.\.\.|…/

/** `SPDX-License-Identifier:` where a line of the block begins with it. Pure. */
export function spdxTags({ lines }: CommentBlock): SpdxTag[] {
  return lines.flatMap(({ index, text }) => {
    const words = tag.exec(text)?.[1]?.trim().replace(closers, '').trim() ?? ''
    if (words === '' || isPlaceholder.test(words)) return []
    return [{ words, expression: isExpression(words) ? words : null, index }]
  })
}

function isExpression(words: string): boolean {
  try {
    parse(words)
    return true
  } catch {
    return false
  }
}
