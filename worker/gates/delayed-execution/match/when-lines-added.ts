import type { Severity } from '../../../contract/index.ts'
import type { AddedLine, ChangedFile } from '../../change/view-change.ts'
import type { Match } from '../rule.ts'

/** Fires for added lines that match. Patterns must be bounded: a line may be megabytes long. */
export function whenLinesAdded(
  what: string,
  matches: (line: AddedLine, file: ChangedFile) => boolean,
  weigh?: (file: ChangedFile) => Severity | undefined,
): Match {
  return (file) => {
    const severity = weigh?.(file)
    return file.added
      .filter((line) => matches(line, file))
      .map((line) => ({ what, line: line.number, ...(severity === undefined ? {} : { severity }) }))
  }
}

/** Fires when the text under one `[section]` header of a TOML or INI file is another than before. */
export function whenSectionChanges(...sections: readonly string[]): Match {
  return (file) =>
    sections
      .map((section) => ({ section, ...sectionOf(file.after?.lines ?? [], section) }))
      .filter(({ section, text }) => text !== '' && text !== sectionOf(file.before?.lines ?? [], section).text)
      .map(({ section, line }) => ({ what: `The section \`[${section}]\` is new or changed.`, line }))
}

/** The lines of a section and of the sections below it, without blanks and comments. */
function sectionOf(lines: readonly string[], section: string): { text: string; line: number | null } {
  let line: number | null = null
  let inside = false
  const kept: string[] = []
  lines.forEach((raw, index) => {
    const text = raw.trim()
    if (text.startsWith('[')) {
      const header =
        text
          .replace(/^\[{1,2}\s*/, '')
          .split(/\]/, 1)[0]
          ?.trim() ?? ''
      inside = header === section || header.startsWith(`${section}.`)
    }
    if (!inside || text === '' || text.startsWith('#')) return
    line ??= index + 1
    kept.push(text)
  })
  return { text: kept.join('\n'), line }
}
