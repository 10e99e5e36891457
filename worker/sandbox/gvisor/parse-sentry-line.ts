import { z } from 'zod'
import type { TraceLine } from '../audit/parse-trace-line.ts'

/** What one line of the sentry's log says. */
export type SentryLine =
  | TraceLine
  | { readonly kind: 'child'; readonly pid: number; readonly child: number }
  /** The first program of the container starts; the container ended by itself. */
  | { readonly kind: 'mark'; readonly what: 'begin' | 'end' }

const recordSchema = z.object({ msg: z.string(), time: z.string() })

/** Newer versions name the line of their own source first. */
const marks = /^(?:[a-z_]+\.go:\d+\] )?(?:(EXEC: \[)|(application exiting with ))/
/** A process gives itself its name, of up to 15 bytes that may be anything, such as the words that follow it here. */
const callPattern = /^(?:[a-z_]+\.go:\d+\] )?\[ *(\d+): *\d+\] .{0,15} ([EX]) (\w+)\((.*)$/s
/** At the end, after everything that a job has a say in. */
const resultPattern = /\)? = (-?\d+) \(0x[0-9a-f]+\)(?: errno=(\d+) \([^()]*\))? \([^()]*\)$/s
const parents = new Set(['clone', 'clone3', 'fork', 'vfork'])

/**
 * Reads one line of the sentry's log in JSON, where no name or path of a job's can end a line; null for lines that say
 * nothing of interest. Pure, never throws.
 */
export function parseSentryLine(line: string): SentryLine | null {
  const record = recordSchema.safeParse(parseJson(line)).data
  if (record === undefined) return null
  const mark = marks.exec(record.msg)
  if (mark !== null) return { kind: 'mark', what: mark[1] === undefined ? 'end' : 'begin' }
  const [, pidText, side, call = '', rest = ''] = callPattern.exec(record.msg) ?? []
  const pid = Number(pidText)
  const at = Date.parse(record.time)
  if (pidText === undefined || Number.isNaN(at)) return null
  if (side === 'E') return call === 'connect' ? { kind: 'connect', pid, at, address: addressOf(rest) } : null
  const [, value, errno] = resultPattern.exec(rest) ?? []
  if (value === undefined || errno !== undefined) return null
  if (parents.has(call)) return { kind: 'child', pid, child: Number(value) }
  return call.startsWith('execve') ? { kind: 'exec', pid, at, argv: argumentsOf(rest), result: 'done' } : null
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** The first list of strings: execve's arguments, before its environment. */
function argumentsOf(rest: string): Buffer[] {
  const start = / 0x[0-9a-f]+ \[/.exec(rest)
  if (start === null) return []
  const literal = /"((?:[^"\\]|\\.)*)"(?:, |(\]))/gsy
  literal.lastIndex = start.index + start[0].length
  const list: Buffer[] = []
  for (let found = literal.exec(rest); found !== null; found = literal.exec(rest)) {
    list.push(unquote(found[1] ?? ''))
    if (found[2] !== undefined) break
  }
  return list
}

const shortEscapes: Readonly<Record<string, string>> = {
  ...{ a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' },
}

/** The strings are quoted as Go does it: bytes as \x, characters as \u. */
function unquote(text: string): Buffer {
  const parts: Buffer[] = []
  for (const [, byte, short, long, one, plain] of text.matchAll(
    /\\x([0-9a-f]{2})|\\u([0-9a-f]{4})|\\U([0-9a-f]{8})|\\(.)|([^\\]+)/gs,
  )) {
    const code = short ?? long
    if (byte !== undefined) parts.push(Buffer.from(byte, 'hex'))
    else if (code !== undefined) parts.push(Buffer.from(characterOf(code)))
    else parts.push(Buffer.from(one === undefined ? (plain ?? '') : (shortEscapes[one] ?? one)))
  }
  return Buffer.concat(parts)
}

function characterOf(hex: string): string {
  const code = Number.parseInt(hex, 16)
  return code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code)
}

function addressOf(rest: string): string {
  const unix = / 0x[0-9a-f]+ \{Family: AF_UNIX, Addr: "((?:[^"\\]|\\.)*)"\}, 0x[0-9a-f]+\)$/s.exec(rest)
  if (unix !== null)
    return `unix:${unquote(unix[1] ?? '')
      .toString('latin1')
      .replace(/^\0/, '@')}`
  const internet = / 0x[0-9a-f]+ \{Family: AF_INET(6?), Addr: ([0-9a-fA-F:.]+), Port: (\d+)\}, 0x[0-9a-f]+\)$/.exec(
    rest,
  )
  if (internet !== null)
    return internet[1] === '6' ? `[${internet[2]}]:${internet[3]}` : `${internet[2]}:${internet[3]}`
  return / 0x[0-9a-f]+ \{Family: (AF_\w+)(?:[^\w"{}][^"{}]*)?\}, 0x[0-9a-f]+\)$/.exec(rest)?.[1] ?? 'unknown'
}
