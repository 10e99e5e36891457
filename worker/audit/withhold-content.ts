/** What a record keeps of prompts and outputs, by the operator's choice. Pure. */
import { createTextDigest } from '../contract/index.ts'
import type { AuditKind } from '../pipeline/ports/index.ts'

export const recordedContents = ['full', 'digest', 'none'] as const
export type RecordedContent = (typeof recordedContents)[number]

type Fields = Readonly<Record<string, unknown>>

/**
 * Where entries have what people asked, what an agent was told, and what a model and an agent said. What was done is no
 * content: commands, processes and decisions are what a record is for.
 */
const contentPaths: Readonly<Partial<Record<AuditKind, readonly (readonly string[])[]>>> = {
  job: [
    ['request', 'task', 'text'],
    ['request', 'subject', 'title'],
  ],
  prompt: [['task'], ['prompt']],
  model: [['request'], ['response']],
  agent: [['text'], ['detail'], ['message']],
}

/** With `digest` a text makes room for its SHA-256 and length, as `textDigest` for `text`; with `none` for nothing. */
export function withholdContent(content: RecordedContent, kind: AuditKind, data: Fields): Fields {
  if (content === 'full') return data
  const left = (contentPaths[kind] ?? []).reduce((fields, path) => withheldAt(fields, path, content), data)
  return kind === 'job' ? { ...left, content } : left
}

function withheldAt(fields: Fields, [key, ...below]: readonly string[], content: 'digest' | 'none'): Fields {
  const value = key === undefined ? undefined : fields[key]
  if (key === undefined || value === undefined || value === null) return fields
  if (below.length > 0) return { ...fields, [key]: withheldAt(Object(value), below, content) }
  const digestKey = `${key}Digest`
  // One that is there already is of the whole text, and the text of its beginning and end.
  const { [key]: _text, [digestKey]: given, ...others } = fields
  if (content === 'none') return others
  return { ...others, [digestKey]: given ?? createTextDigest().add(String(value)).done() }
}
