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
const commandWords = ['help'] as const

export type SlashCommand =
  | { readonly kind: 'none' }
  | { readonly kind: 'task'; readonly task: string }
  | { readonly kind: 'help' }
  | { readonly kind: 'unknown'; readonly word: string; readonly nearest: string | null }

/**
 * Reads a comment's body. The command itself is compared unit by unit: look-alike letters and zero-width characters
 * make it another word. One word alone is a command, known or not; anything longer is a task.
 */
export function parseSlashCommand(body: string, command: string): SlashCommand {
  const text = body.replace(/^(?:[ \t]*\r?\n)+/, '')
  if (!text.startsWith(command)) return { kind: 'none' }
  const rest = text.slice(command.length)
  if (rest !== '' && !/^[ \t\r\n]/.test(rest)) return { kind: 'none' }
  const task = rest.trim()
  const firstLine = (rest.split('\n', 1)[0] ?? '').trim()
  if (task === '' || firstLine === 'help') return { kind: 'help' }
  if (!/\s/.test(task)) return { kind: 'unknown', word: task, nearest: nearestWord(task, commandWords) }
  return { kind: 'task', task }
}
