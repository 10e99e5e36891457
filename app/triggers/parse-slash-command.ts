/**
 * What a person asks for, read from what they wrote: slash commands, labels, and whether they may. Pure: this module
 * imports the contract and the policy's digest, and knows no network, disk or clock.
 *
 * A command counts only at the very start of a comment's first line. That one rule keeps quotes, fences, inline code,
 * indented code, HTML comments and the quoted part of an e-mail out, without a Markdown parser that could be led to
 * see something else than GitHub shows.
 */
import { nearestWord } from './nearest-word.ts'

/** Words after the command that are not a task. */
const decisions = ['approve', 'reject'] as const
const singles = ['help', 'status', 'cancel', 'retry', 'rebase', 'why'] as const
/** Words with a task behind them. */
const fronts = ['anyway', 'continue'] as const
/** In front of a task, or alone for the issue itself. */
const anyway = /^anyway(?:\s+|$)/i
/** In front of what is to be done further. */
const further = /^continue(?:\s+|$)/i
const commandWords = [...singles, ...decisions, ...fronts] as const
/** What people say for one of the words. */
const alike: ReadonlyMap<string, string> = new Map([
  ['stop', 'cancel'],
  ['abort', 'cancel'],
  ['try', 'retry'],
  ['rerun', 'retry'],
  ['restart', 'retry'],
])
/** What people say with a command, and what alone says nothing of a task. */
const filler = /^(?:it|this|that|these|the|my|all|jobs?|task|run|last|one|of|please|now|again|here|me|thanks?)$/
/** A digest of a change, or its beginning. */
const digestStart = /^[0-9a-f]{7,64}$/i
/** What people ask to be done with a commit, and no slip of `reject`. */
const revert = /^revert$/i

export type SlashCommand =
  | { readonly kind: 'none' }
  /** The command and nothing else. */
  | { readonly kind: 'bare' }
  | { readonly kind: 'task'; readonly task: string }
  /** Also where a pull request for it is open already. `task` is null where the issue itself is meant. */
  | { readonly kind: 'anyway'; readonly task: string | null }
  /** Goes on with the newest job. `task` is null where nothing was said. */
  | { readonly kind: 'continue'; readonly task: string | null }
  | { readonly kind: (typeof singles)[number] }
  /** `hash` is a digest's beginning; null where none was given. */
  | { readonly kind: 'decision'; readonly verb: 'approve' | 'reject'; readonly hash: string | null }
  | { readonly kind: 'unclear-decision'; readonly verb: 'approve' | 'reject' }
  | { readonly kind: 'unknown'; readonly word: string; readonly nearest: string | null }

/**
 * Reads a comment's body. The command itself is compared unit by unit: look-alike letters and zero-width characters
 * make it another word. The words after it count in any case. One word alone is a command, known or not; anything longer
 * is a task, unless it looks like a slip of a command.
 */
export function parseSlashCommand(body: string, command: string): SlashCommand {
  const text = body.replace(/^(?:[ \t]*\r?\n)+/, '')
  if (!text.startsWith(command)) return { kind: 'none' }
  const rest = text.slice(command.length)
  if (rest !== '' && !/^[ \t\r\n]/.test(rest)) return { kind: 'none' }
  const task = rest.trim()
  const firstLine = (rest.split('\n', 1)[0] ?? '').trim()
  if (task === '') return { kind: 'bare' }
  const single = singles.find((word) => word === firstLine.toLowerCase())
  if (single !== undefined) return { kind: single }
  if (anyway.test(task)) return { kind: 'anyway', task: task.replace(anyway, '') || null }
  if (further.test(task)) return { kind: 'continue', task: task.replace(further, '') || null }
  const decision = parseDecision(firstLine)
  if (decision !== null) return decision
  if (!/\s/.test(task)) return { kind: 'unknown', word: task, nearest: nearestOf(task) }
  return parseSlip(task) ?? { kind: 'task', task }
}

function nearestOf(task: string): string | null {
  const word = task.toLowerCase()
  return alike.get(word) ?? nearestWord(word, commandWords)
}

/**
 * A slip must not become a task that costs money: "contine fix it", "cancel please". People do begin tasks with such words
 * ("retry failed uploads", "status page shows old data"), so whatever says more than a command does is a task.
 */
function parseSlip(task: string): SlashCommand | null {
  const [first = '', ...more] = task.split(/\s+/, mostOfSlip)
  const front = nearestWord(first.toLowerCase(), fronts, 1)
  if (front !== null) return { kind: 'unknown', word: first, nearest: front }
  const [word = '', ...rest] = [first, ...more].map((one) =>
    one
      .slice(0, 20)
      .toLowerCase()
      .replace(/[.,!?]{1,3}$/, ''),
  )
  if (rest.length + 1 === mostOfSlip || !rest.every((one) => filler.test(one))) return null
  const nearest = alike.get(word) ?? nearestWord(word, singles, 1)
  return nearest === null ? null : { kind: 'unknown', word: task.replaceAll(/\s+/g, ' '), nearest }
}

/** Words; a text with more is read no further. */
const mostOfSlip = 9

/**
 * One word or two that begin with a verb, and whatever names a digest: a slip must not become a task that costs money.
 * Anything longer is a task: people also ask to "reject invalid addresses in the form".
 */
function parseDecision(line: string): SlashCommand | null {
  const [word = '', hash, ...more] = line.split(/\s+/)
  const verb = decisions.find((known) => known === word.toLowerCase())
  const isHash = hash !== undefined && digestStart.test(hash)
  if (verb === undefined) {
    if (!isHash || revert.test(word)) return null
    const nearest = nearestWord(word.toLowerCase(), decisions)
    return nearest === null ? null : { kind: 'unknown', word, nearest }
  }
  if (hash === undefined) return { kind: 'decision', verb, hash: null }
  if (isHash && more.length === 0) return { kind: 'decision', verb, hash: hash.toLowerCase() }
  return isHash || more.length === 0 ? { kind: 'unclear-decision', verb } : null
}
