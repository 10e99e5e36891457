/** What one line of strace's log says. `known` is false while a call has not come back yet. */
export type TraceLine =
  | {
      readonly kind: 'exec'
      readonly pid: number
      readonly at: number
      readonly argv: readonly Buffer[]
      readonly result: Result
    }
  | { readonly kind: 'connect'; readonly pid: number; readonly at: number; readonly address: string }
  | { readonly kind: 'exec-result'; readonly pid: number; readonly result: Result }

type Result = 'done' | 'failed' | 'pending'

const linePattern = /^(\d{1,10}) +(\d{1,12}\.\d{1,9}) (.*)$/s
const resumedPattern = /^<\.\.\. (?:execve|execveat) resumed>/

/** In most lines there is none of these: a storm of programs makes thousands of them a second. */
const ofInterest = /exec|connect/

/** Reads one line of `strace -f -ttt`; null for lines that say nothing of interest. Pure, never throws. */
export function parseTraceLine(line: string): TraceLine | null {
  if (!ofInterest.test(line)) return null
  const match = linePattern.exec(line)
  if (match === null) return null
  const [, pidText = '', seconds = '', call = ''] = match
  const pid = Number(pidText)
  const at = Math.floor(Number(seconds) * 1000)
  if (resumedPattern.test(call)) return { kind: 'exec-result', pid, result: resultOf(call) }
  if (call.startsWith('execve(') || call.startsWith('execveat(')) {
    return { kind: 'exec', pid, at, argv: argumentsOf(call), result: resultOf(call) }
  }
  return call.startsWith('connect(') ? { kind: 'connect', pid, at, address: addressOf(call) } : null
}

function resultOf(call: string): Result {
  if (call.endsWith('<unfinished ...>')) return 'pending'
  return call.endsWith(') = 0') ? 'done' : 'failed'
}

/** Up to the list of arguments, over a path that may hold anything. */
const beforeArguments = /^execve(?:at\([^"]*|\()"(?:[^"\\]|\\.)*"(?:\.\.\.)?, \[/s

/** The strings of the list. strace prints every byte that is not plain ASCII as an escape. */
function argumentsOf(call: string): Buffer[] {
  const start = beforeArguments.exec(call)?.[0].length
  if (start === undefined) return []
  const list: Buffer[] = []
  const literal = /"((?:[^"\\]|\\.)*)"(?:\.\.\.)?(?:, |(\]))?/gs
  literal.lastIndex = start
  for (let found = literal.exec(call); found !== null; found = literal.exec(call)) {
    list.push(unquote(found[1] ?? ''))
    if (found[2] !== undefined) break
  }
  return list
}

const shortEscapes: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, v: 11, f: 12, '"': 34, '\\': 92 }

function unquote(text: string): Buffer {
  if (!text.includes('\\')) return Buffer.from(text, 'latin1')
  const bytes: number[] = []
  for (const [, octal, short, plain] of text.matchAll(/\\([0-7]{1,3})|\\(.)|([^\\])/gs)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8) & 0xff)
    else if (short !== undefined) bytes.push(shortEscapes[short] ?? 63)
    else if (plain !== undefined) bytes.push(plain.charCodeAt(0) & 0xff)
  }
  return Buffer.from(bytes)
}

function addressOf(call: string): string {
  const v4 = /sin_port=htons\((\d+)\), sin_addr=inet_addr\("([\d.]+)"\)/.exec(call)
  if (v4 !== null) return `${v4[2]}:${v4[1]}`
  const v6 = /sin6_port=htons\((\d+)\).*inet_pton\(AF_INET6, "([0-9a-fA-F:.]+)"/.exec(call)
  if (v6 !== null) return `[${v6[2]}]:${v6[1]}`
  const unix = /sun_path=(@?)"((?:[^"\\]|\\.)*)"/s.exec(call)
  if (unix !== null) return `unix:${unix[1]}${unquote(unix[2] ?? '').toString('latin1')}`
  return /sa_family=(AF_\w+)/.exec(call)?.[1] ?? 'unknown'
}
