import type { CommentBlock } from './comment-blocks.ts'

const owned = /\bcopyright\b|©|\(c\)|all rights reserved|\bproperty of\b/
const closed =
  /\bproprietary and confidential\b|\bconfidential and proprietary\b|\bconfidential (?:information|property|material)|\bproprietary (?:information|software|code|property|material)|\btrade secrets?\b|\bunauthori[sz]ed (?:copying|use|reproduction|distribution|disclosure|duplication|access)|\bcompany confidential\b|\bstrictly (?:prohibited|confidential)\b/
const opened =
  /permission is hereby granted|redistribution and use|permission to use, copy|licensed under the|public license/

/** Index of the line where a header keeps all rights and says that it is confidential; null where none does. Pure. */
export function proprietaryLine({ lines, heads }: CommentBlock): number | null {
  if (!heads) return null
  const text = lines
    .map((line) => line.text)
    .join(' ')
    .replace(/\s+/g, ' ')
    .toLowerCase()
  if (!owned.test(text) || !closed.test(text) || opened.test(text)) return null
  return lines.find((line) => /copyright|©|\(c\)|rights|property/i.test(line.text))?.index ?? lines[0]?.index ?? null
}
