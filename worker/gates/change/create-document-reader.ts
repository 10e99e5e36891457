import { type DocumentFormat, type ParsedDocument, parseDocument } from './parse-document.ts'
import type { FileSide } from './view-change.ts'

export type DocumentReader = (side: FileSide, format: DocumentFormat) => ParsedDocument

/** Parses each side of a file once per format, however many rules ask. */
export function createDocumentReader(): DocumentReader {
  const known = new Map<FileSide, Map<DocumentFormat, ParsedDocument>>()
  return (side, format) => {
    const formats = known.get(side) ?? new Map<DocumentFormat, ParsedDocument>()
    const parsed = formats.get(format) ?? parse(side, format)
    known.set(side, formats.set(format, parsed))
    return parsed
  }
}

function parse({ text }: FileSide, format: DocumentFormat): ParsedDocument {
  return text === null ? { ok: false, why: 'it is not text' } : parseDocument(text, format)
}
