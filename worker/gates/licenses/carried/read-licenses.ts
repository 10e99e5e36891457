import { type CommentBlock, commentBlocks, plainBlock } from '../headers/comment-blocks.ts'
import { loadLicenseNames } from '../headers/license-names.ts'
import { proprietaryLine } from '../headers/proprietary.ts'
import { familiesOf, readHeader } from '../headers/read-header.ts'
import { spdxTags } from '../headers/spdx-tags.ts'
import { loadLicenseIndex } from '../texts/license-index.ts'
import { looksLikeLicense } from '../texts/looks-like-license.ts'
import { nameTexts } from '../texts/name-texts.ts'
import { wordsOf } from '../texts/words.ts'
import type { FileKind } from './classify-file.ts'
import { comparableIds, isAmong } from './same-license.ts'

/** What a file says of its license at one place. */
export interface FoundLicense {
  readonly how: 'text' | 'header' | 'tag' | 'bad-tag' | 'proprietary'
  /** An SPDX expression; of a bad tag, its words. */
  readonly expression: string
  /** All ids that mean the same; a text does not say whether later versions count. */
  readonly ids: readonly string[]
  readonly sure: boolean
  /** Indices of its first and last line. */
  readonly from: number
  readonly to: number
}

/** Without one of these no line says anything of a license. */
const telling =
  /licen[sc]|copyright|©|\(c\)|spdx|public domain|permi|redistribut|gpl|cc0|creative commons|confidential|proprietary/i

/** Lines of a file of notices; a longer one is terms of its own, which name other licenses. */
const longNotice = 40

function asProbable(found: FoundLicense): FoundLicense {
  return { ...found, sure: false }
}

export function isTelling(line: string): boolean {
  return telling.test(line)
}

/** Pure but for the list of licenses, which is loaded when something looks like one. */
export async function readLicenses(lines: readonly string[], kind: FileKind): Promise<FoundLicense[]> {
  if (kind === 'data' || !lines.some(isTelling)) return []
  const all = kind === 'code' ? commentBlocks(lines) : [plainBlock(lines)]
  const blocks = all.filter(({ lines: own }) => own.some(({ text }) => isTelling(text)))
  const where = kind === 'code' ? 'code' : 'prose'
  const texts = await findTexts(blocks.filter((block) => looksLikeLicense(block.lines, where)))
  const inTexts = (index: number) => texts.some(({ from, to }) => index >= from && index <= to)
  const tags = (kind === 'prose' ? blocksOfMarkup(lines) : blocks).flatMap(findTags)
  const said = kind === 'prose' || blocks.length === 0 ? [] : await findHeaders(blocks, texts.length > 0)
  const headers = kind === 'license' && texts.length === 0 && lines.length > longNotice ? said.map(asProbable) : said
  const tagged = new Set(tags.map(({ from }) => from))
  const beside = [...tags, ...headers.filter(({ from }) => !tagged.has(from))].filter(({ from }) => !inTexts(from))
  return withChoice(texts, beside) ?? [...texts, ...beside.filter((one) => isMore(one, texts, kind))]
}

/** Comments of a page that readers do not see: where a page says its own license. */
function blocksOfMarkup(lines: readonly string[]): CommentBlock[] {
  return commentBlocks(lines).filter(({ lines: [first] }) =>
    /^\s*(?:<!--|\.\. |\/\/)/.test(lines[first?.index ?? 0] ?? ''),
  )
}

async function findTexts(blocks: readonly CommentBlock[]): Promise<FoundLicense[]> {
  if (blocks.length === 0) return []
  const index = await loadLicenseIndex()
  return blocks.flatMap(({ lines }) => {
    const words = wordsOf(lines.map(({ text }) => text))
    const lineOf = (word: number) => lines[words.lines[word] ?? 0]?.index ?? 0
    return nameTexts(words, index).map(({ ids, sure, from, to }) => ({
      ...{ how: 'text' as const, expression: ids[0] ?? '', ids, sure, from: lineOf(from), to: lineOf(to - 1) },
    }))
  })
}

function findTags(block: CommentBlock): FoundLicense[] {
  return spdxTags(block).map(({ words, expression, index }) => ({
    ...{ how: expression === null ? ('bad-tag' as const) : ('tag' as const), expression: expression ?? words },
    ...{ ids: [expression ?? words], sure: true, from: index, to: index },
  }))
}

async function findHeaders(blocks: readonly CommentBlock[], hasText: boolean): Promise<FoundLicense[]> {
  const names = await loadLicenseNames()
  return blocks.flatMap((block) => {
    const to = block.lines.at(-1)?.index ?? 0
    const found: FoundLicense[] = readHeader(block, names).map(({ expression, sure, index }) => ({
      ...{ how: 'header', expression, ids: [expression], sure, from: index, to },
    }))
    const secret = found.length === 0 && !hasText ? proprietaryLine(block) : null
    if (secret === null) return found
    const expression = 'LicenseRef-proprietary'
    return [{ how: 'proprietary', expression, ids: [expression], sure: true, from: secret, to }]
  })
}

/** Several texts of which the file itself says that one may be chosen. */
function withChoice(texts: readonly FoundLicense[], beside: readonly FoundLicense[]): FoundLicense[] | null {
  if (texts.length < 2) return null
  const choice = beside.find(({ expression }) => {
    const offered = new Set(comparableIds(expression))
    return expression.includes(' OR ') && texts.every((text) => isAmong(text.expression, offered))
  })
  return choice === undefined ? null : [{ ...choice, from: 0, to: Math.max(choice.to, ...texts.map(({ to }) => to)) }]
}

/** A statement beside a text of the same family names it; one in a license's own file is a part of its telling. */
function isMore({ how, expression }: FoundLicense, texts: readonly FoundLicense[], kind: FileKind): boolean {
  if (how !== 'header' || texts.length === 0) return true
  const families = new Set(texts.flatMap(({ ids }) => familiesOf(ids[0] ?? '')))
  return kind !== 'license' && !familiesOf(expression).every((family) => families.has(family))
}
