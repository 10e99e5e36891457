import type { CommentBlock } from './comment-blocks.ts'

export interface CopyrightLine {
  readonly holder: string
  readonly index: number
}

const notice =
  /^[^A-Za-z0-9]{0,20}(?:portions )?(?:SPDX-FileCopyrightText:|(?:copyright|copr\.)\s{0,5}(?:\(c\)|©)?|\(c\)\s{0,5}(?:copyright)?|©)[\s:,]{0,10}((?:\d{4}|present)[\d\s,–-]{0,80}(?:present|now)?|)[\s,.:;–-]{0,10}(?:by\s)?\s{0,5}(\S.{1,120})$/i
const tail =
  /\s{0,20}(?:[,.;]?\s{0,20}all rights reserved.*|<[^>]{0,80}>.*|\((?:https?|mailto).*|https?:\/\/.*|licensed under.*|[.,;]{1,20})$/i
/** A sentence about copyright, or a template's gap. */
const isNoHolder =
  /^(?:(?:notice|holders?|owners?|law|and|or|is|of|in|the above|statement)\b|\W*(?:<|\[|\{|\$))|\b(?:permission|license|notice|holders)\b/i

/** Who says to hold the copyright, line by line. Pure. */
export function copyrightHolders({ lines }: CommentBlock): CopyrightLine[] {
  return lines.flatMap(({ index, text }) => {
    if (text.length > 300) return []
    const [, years = '', rest = ''] = notice.exec(text) ?? []
    const holder = rest.replace(tail, '').trim()
    // `Copyright Foo` without a year or a sign is as often a sentence, and `(c)` alone an item of a list.
    const isNotice = years !== '' || /copyright\s{0,5}(?:\(c\)|©)|©|SPDX-FileCopyrightText/i.test(text)
    return isNotice && /\p{L}{2}/u.test(holder) && !isNoHolder.test(holder) ? [{ holder, index }] : []
  })
}
