import type { JobRequest, JobSummary } from '../../worker/contract/index.ts'
import { harmlessLine } from './harmless.ts'
import { doneWords, testedWords } from './tested-part.ts'

const mostLines = 150
const mostOfLine = 500
const heading = /^(#{1,6})\s+(\S.*)$/
const box = /^(\s{0,6})[-*+]\s+\[[ xX]\]\s+(\S.*)$/
const item = /^(\s{0,6})[-*+]\s+(\S.*)$/
const hidden = /<!--[\s\S]*?(?:-->|$)/g

type Fill = (request: JobRequest, summary: JobSummary) => string

/** What we know to say under a heading, each once. What only a person can say stays open. */
const fills: readonly (readonly [RegExp, Fill])[] = [
  [/test|verif|quality/i, (_request, summary) => testedWords(summary)],
  [/issue|ticket|related|closes|fixes/i, (request) => aboutOf(request)],
  [/descri|summary|what|change|motivation|why|overview|purpose/i, (_request, summary) => doneOf(summary)],
]

/**
 * The repository's template with what we know under its headings: its headings, lists and boxes, all boxes open. It is
 * text of the repository: each line of it is made harmless, and what GitHub hides of it is left out.
 */
export function fillTemplate(template: string, request: JobRequest, summary: JobSummary): string {
  const left = [...fills]
  const lines = template.replace(hidden, '').split(/\r?\n/).slice(0, mostLines)
  const filled = lines.flatMap((line) => {
    const shown = showLine(line)
    const title = heading.exec(line)?.[2]
    const index = title === undefined ? -1 : left.findIndex(([pattern]) => pattern.test(title))
    if (index < 0) return [shown]
    const [found] = left.splice(index, 1)
    return [shown, '', found?.[1](request, summary) ?? '', '']
  })
  return filled
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()
}

function showLine(line: string): string {
  const [, level, title] = heading.exec(line) ?? []
  if (level !== undefined && title !== undefined) return `${level} ${harmlessLine(title, 200)}`
  const [, boxIndent, wanted] = box.exec(line) ?? []
  if (boxIndent !== undefined && wanted !== undefined) return `${boxIndent}- [ ] ${harmlessLine(wanted, mostOfLine)}`
  const [, indent, text] = item.exec(line) ?? []
  if (indent !== undefined && text !== undefined) return `${indent}- ${harmlessLine(text, mostOfLine)}`
  return harmlessLine(line, mostOfLine)
}

function doneOf(summary: JobSummary): string {
  return doneWords(summary) || 'The agent left no word; the changed files are below.'
}

function aboutOf({ subject }: JobRequest): string {
  return subject === null ? 'None.' : `#${subject.number}`
}
