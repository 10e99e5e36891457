import type { DiffPlace } from '../../worker/contract/index.ts'
import type { Asked } from './direct-ask.ts'

export interface ComposedTask {
  readonly text: string
  /** So many characters at its beginning are the person's own words. */
  readonly askedLength: number
}

/** What stands on lines of a diff. `text` is empty where it is the command itself. */
export interface ReviewNote {
  readonly at: DiffPlace
  readonly text: string
}

export interface ReviewNotes {
  readonly notes: readonly ReviewNote[]
  /** Comments of the review that are not given to the agent: too many, or edited after it was submitted. */
  readonly leftOut: number
}

export const noNotes: ReviewNotes = { notes: [], leftOut: 0 }

/** So that words, text and notes stay below what a task may have. */
export const mostNotes = 30
const mostOfNote = 1500
const mostLines = 30

/**
 * Of a pull request that somebody reviews or that is ours: what was asked and what was done stand first, and tables that
 * tell an agent nothing after.
 */
const mostOfPullRequest = 8000

/** What came of the job before, as it is told on GitHub. */
export interface Earlier {
  /** What it was asked to do; null: the issue itself, or that can't be read any more. */
  readonly asked: string | null
  /** Our own comment, into which others may have written; null: there is none any more. */
  readonly said: string | null
}

const mostOfAsked = 4000
const mostOfSaid = 8000

interface ComposeOptions {
  readonly notes?: ReviewNotes
  /** It goes on with what a job of ours made. */
  readonly isOwn?: boolean
  readonly earlier?: Earlier | null
}

/**
 * The text that the agent is given: what the person wrote, and the issue or pull request as they saw it. Made from the
 * payload: an edit afterwards, or a later comment, is not read.
 */
export function composeTask(
  { subject }: Pick<Asked, 'subject'>,
  task: string | null,
  { notes = noNotes, isOwn = false, earlier = null }: ComposeOptions = {},
): ComposedTask {
  if (subject === null) return wordsAlone(task ?? '')
  const { kind, number, title, body } = subject
  if (task === null) return { text: joinParts([title, body]), askedLength: 0 }
  const about = kind === 'issue' ? `Issue #${number}` : `Pull request #${number}`
  const isBounded = (isOwn || notes.notes.length > 0) && body.length > mostOfPullRequest
  const told = isBounded ? `${body.slice(0, mostOfPullRequest)}\n…` : body
  const asked = askedWords(task, notes)
  const hunks = notes.notes.map(quoteHunk)
  const before = earlier === null ? [] : sayEarlier(earlier)
  const text = joinParts([asked, `This was asked on ${about}: ${title}`, told, ...hunks, ...before])
  return { text, askedLength: asked.length }
}

function wordsAlone(task: string): ComposedTask {
  const text = joinParts([task])
  return { text, askedLength: text.length }
}

/** What the person wrote, as it begins the text. */
export function askedWords(task: string, { notes, leftOut }: ReviewNotes = noNotes): string {
  const [only, ...more] = notes
  if (only?.text === '' && more.length === 0) return joinParts([task, `This is about ${placeOf(only.at)}.`])
  return joinParts([task, ...notes.map(sayNote), leftOut === 0 ? '' : leftOutText(leftOut)])
}

function sayEarlier({ asked, said }: Earlier): string[] {
  const wasAsked =
    asked === null
      ? ''
      : `An earlier job here, whose files are not there any more, was asked:\n\n${cut(asked, mostOfAsked)}`
  const cameOf =
    said === null ? '' : `What became of the earlier job:\n\n${cut(said.replace(/^<!--[^\n]*\n/, ''), mostOfSaid)}`
  return [wasAsked, cameOf]
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}\n…` : text
}

function sayNote({ at, text }: ReviewNote, index: number): string {
  return joinParts([`Comment ${index + 1} of the review, on ${placeOf(at)}:`, text.slice(0, mostOfNote)])
}

function leftOutText(count: number): string {
  return `${count} more of the review's comments are left out: too many, or edited since it was submitted.`
}

/** A path is the repository's word: in quotes, in one line and short. */
function placeOf({ path, lines, side }: DiffPlace): string {
  const name = `"${path.slice(0, 300).replaceAll(/[\p{Cc}"]/gu, '?')}"`
  if (lines === null) return name
  const { first, last } = lines
  const where = first === last ? `line ${last}` : `lines ${first} to ${last}`
  return `${name}, ${where} ${side === 'before' ? 'before the change' : 'of its new version'}`
}

function quoteHunk({ at: { hunk } }: ReviewNote, index: number): string {
  if (hunk.trim() === '') return ''
  const lines = hunk.replaceAll('\r\n', '\n').split('\n').slice(-mostLines)
  return [`The lines of comment ${index + 1}, as the diff has them:`, ...lines.map((line) => `| ${line}`)].join('\n')
}

function joinParts(parts: readonly string[]): string {
  return parts
    .map((part) => part.replaceAll('\r\n', '\n').trim())
    .filter((part) => part !== '')
    .join('\n\n')
}
