import { cleanText, keepEnd, keepStart } from './clean-text.ts'
import { defuse } from './defuse.ts'

/** How much is looked at to find `max` characters that can be seen: what an agent prints has no bound of its own. */
const rawFactor = 8

/** One line of Markdown that shows `text` as typed; fit for a table's cell. `max` counts characters of `text`. */
export function harmlessLine(text: string, max: number): string {
  return escapeMarkdown(defuse(oneLine(text, max)))
}

/** One line for places without Markdown: titles of pull requests, commits and check runs. */
export function harmlessTitle(text: string, max: number): string {
  return defuse(oneLine(text, max)).replace(/<(?=[a-z/!?])/gi, '< ')
}

/** Whether an address may stand in Markdown as it is. Also one of GitHub's is only taken if it looks like one. */
export function isPlainAddress(address: string): boolean {
  return /^https?:\/\/[A-Za-z0-9./:_-]{1,500}$/.test(address)
}

/** A Markdown quotation that shows `text` as typed. No line of it begins with anything of the text's own. */
export function harmlessQuote(text: string, max: number): string {
  const lines = defuse(keepStart(cleanText(text.slice(0, max * rawFactor)).trim(), max))
    .replaceAll(/\n{3,}/g, '\n\n')
    .split('\n')
  return lines.map((line) => `> ${escapeMarkdown(line.trimEnd())}`.trimEnd()).join('\n')
}

/** A fenced block of the last `max` characters. */
export function harmlessOutput(text: string, max: number): string {
  return fenced('text', defuse(keepEnd(cleanText(text.slice(-max * rawFactor)).trim(), max)))
}

/** A fenced block of at most `max` characters, fences and all, with the beginning of a diff. */
export function harmlessPatch(text: string, max: number): string {
  const seen = keepStart(cleanText(text.slice(0, max * rawFactor)).trimEnd(), max)
  return fenced('diff', keepStart(breakRuns(defuse(seen)), max - 2 * longestFence - 10))
}

/** Two more than the longest run of backticks that is let be. */
const longestFence = 100

/** A fence has to be longer than any run of backticks in its block, and must not outgrow what it holds. */
function breakRuns(text: string): string {
  return text.replace(/`{98}(?=`)/g, '$& ')
}

/** With a fence that the text cannot close. */
function fenced(language: 'text' | 'diff', shown: string): string {
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(Math.max(3, longest + 1))
  return `${fence}${language}\n${shown}\n${fence}`
}

/**
 * Whether a path may be handed to GitHub as a path, which shows it without Markdown: all of it can be seen, and no part
 * of it leads out of the repository.
 */
export function isHarmlessPath(path: string): boolean {
  const parts = path.split('/')
  return cleanText(path) === path && !path.includes('\n') && !parts.some((part) => ['', '.', '..'].includes(part))
}

function oneLine(text: string, max: number): string {
  return keepStart(
    cleanText(text.slice(0, max * rawFactor))
      .replaceAll(/\s+/g, ' ')
      .trim(),
    max,
  )
}

/** Entities for what HTML reads, backslashes for what Markdown reads, wherever it stands or only at a line's start. */
function escapeMarkdown(line: string): string {
  return line
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_[\]~|$#]/g, '\\$&')
    .replace(/^\s{4,}/, '   ')
    .replace(/^(\s*)([-+=])/, '$1\\$2')
    .replace(/^(\s*\d{1,9})([.)])/, '$1\\$2')
}
