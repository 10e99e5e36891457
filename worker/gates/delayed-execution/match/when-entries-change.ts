import type { DocumentFormat } from '../../change/parse-document.ts'
import { printable } from '../../change/printable.ts'
import { canonical } from '../../change/read-value.ts'
import type { Hit, Match, RuleText } from '../rule.ts'

/** The dangerous entries of a document: a label that names each, and its value. */
export type Pick = (document: unknown) => Iterable<readonly [label: string, value: unknown]>

/**
 * Compares a configuration file's meaning before and after, and fires for each picked entry that is new or has
 * another value: a changed `test` script is not a new `postinstall`.
 */
export function whenEntriesChange(format: DocumentFormat, pick: Pick): Match {
  return (file, { read }) => {
    if (file.after === null) return []
    const after = read(file.after, format)
    if (!after.ok) return [unreadable(after.why)]
    const before = file.before === null ? null : read(file.before, format)
    const old = before?.ok ? labelled(pick, before.value) : []
    const labels = new Set(old.map(([label]) => label))
    const entries = new Set(old.map(([label, value]) => `${label} ${value}`))
    return labelled(pick, after.value)
      .filter(([label, value]) => !entries.has(`${label} ${value}`))
      .map(([label], index) => ({
        what: `\`${printable(label)}\` is ${labels.has(label) ? 'changed' : 'new'}.`,
        line: index < mostLocated ? lineOf(file.after?.lines ?? [], label) : null,
      }))
  }
}

function labelled(pick: Pick, document: unknown): [string, string][] {
  return [...pick(document)].map(([label, value]) => [label, canonical(value)])
}

/** Each is looked for in the whole file, and a hostile one has as many entries as lines. */
const mostLocated = 200

/** The first line that names the label's last key. */
function lineOf(lines: readonly string[], label: string): number | null {
  const key = label.slice(label.lastIndexOf(' ') + 1)
  for (const needle of [`"${key}"`, key, key.slice(key.lastIndexOf('.') + 1)]) {
    const index = needle === '' ? -1 : lines.findIndex((line) => line.includes(needle))
    if (index !== -1) return index + 1
  }
  return null
}

function unreadable(why: string): Hit {
  return { what: `This file could not be read: ${why}.`, line: null, severity: 'hold', text: unreadableText }
}

const unreadableText: RuleText = {
  id: 'unreadable-file',
  severity: 'hold',
  when: 'Tools look here for what to run, and may read it where Airlock cannot.',
  mend: 'Make it valid, or have a person look at it.',
}
