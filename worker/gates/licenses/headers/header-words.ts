import type { CommentBlock } from './comment-blocks.ts'

/** One word, number or mark of a header, in the way in which names of licenses are compared. */
export interface HeaderWord {
  readonly word: string
  readonly index: number
  /** Whether it begins a line. */
  readonly first: boolean
}

const piece = /[a-z]{1,40}?(?=v\d)|[a-z]+|\d+(?:\.\d+)*|[+:|;.@/]/g
/** Several words in backticks are quoted: a mention. */
const quotation = /`[^`]{1,400}`/g
const versionWords = new Set(['v', 'version', 'ver', 'vers'])
/** Words that come and go in names. */
const passedOver = new Set(['the', 's'])

/** The words of a block. Numbers get a dot, so that `2` is `2.0`; articles and the word version are left out. */
export function headerWords({ lines }: CommentBlock): HeaderWord[] {
  return lines.flatMap(({ index, text }) =>
    comparable(text.replace(quotation, (quoted) => (/[\s:]/.test(quoted) ? ' ' : quoted))).map((word, at) => ({
      word,
      index,
      first: at === 0,
    })),
  )
}

/** Pure. `GPLv2+` becomes `gpl 2.0 +`, `Apache License, Version 2.0` becomes `apache license 2.0`. */
export function comparable(text: string): string[] {
  const words: string[] = []
  let afterVersion = false
  for (const raw of text.toLowerCase().replaceAll('licenc', 'licens').match(piece) ?? []) {
    const isMark = raw === '.' && afterVersion
    const isVersionWord = versionWords.has(raw)
    if (!isMark && !isVersionWord && !passedOver.has(raw)) words.push(/^\d+$/.test(raw) ? `${raw}.0` : raw)
    afterVersion = isVersionWord
  }
  return words
}
