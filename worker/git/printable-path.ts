import { Buffer } from 'node:buffer'

const longest = 300

/**
 * A path that a sandbox chose, safe to show: UTF-8 where it is, everything invisible or steering written out, cut
 * to a length. `path` holds one byte per character (latin1), because names need not be UTF-8.
 */
export function printablePath(path: string): string {
  const text = Buffer.from(path, 'latin1').toString('utf8')
  const shown = text.replace(/[\p{C}\p{Zl}\p{Zp}]|[^\S ]/gu, escapeCharacter)
  return shown.length <= longest ? shown : `${shown.slice(0, longest)}…`
}

function escapeCharacter(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16) ?? '?'}}`
}
