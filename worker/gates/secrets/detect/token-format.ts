import { alphanumeric, type Characters, isIn, joining, lowerHex, runLength } from './characters.ts'

/** Characters of one set, so many of them. */
export interface Run {
  readonly of: Characters
  readonly min: number
  readonly max: number
}

/** A fixed text, or a run. */
export type Part = string | Run

/** What a provider's documentation says of its tokens. */
export interface TokenFormat {
  /** Short and stable: part of the finding's rule. */
  readonly rule: string
  /** In words, with its article. */
  readonly what: string
  /** The first part is one of these texts, written just so. */
  readonly prefixes: readonly string[]
  readonly parts: readonly Part[]
  /** What the provider says of it, or where it was seen by everybody. */
  readonly source: string
  /** Bits of Shannon's entropy per character that the part after the prefix must have. */
  readonly minEntropy: number
  /** Check digits and the like. */
  readonly check: ((token: string) => boolean) | null
}

export interface FormatMatch {
  readonly format: TokenFormat
  readonly start: number
  readonly end: number
}

export const run = (of: Characters, min: number, max = min): Run => ({ of, min, max })

/** A UUID in lower case. */
export const uuid: readonly Part[] = [8, 4, 4, 4, 12].flatMap((length, at) => [
  ...(at === 0 ? [] : ['-']),
  run(lowerHex, length),
])

export interface FormatOptions {
  readonly minEntropy?: number
  readonly check?: (token: string) => boolean
}

/** One line of the table. */
export function format(
  rule: string,
  what: string,
  prefixes: string | readonly string[],
  parts: Run | readonly Part[],
  source: string,
  { minEntropy = 2.5, check }: FormatOptions = {},
): TokenFormat {
  const list = Array.isArray(parts) ? parts : [parts]
  const made: TokenFormat = {
    ...{ rule, what, source, minEntropy, check: check ?? null },
    prefixes: typeof prefixes === 'string' ? [prefixes] : prefixes,
    parts: list,
  }
  refuseBacktracking(made)
  return made
}

/** A run of varying length has to end where the text after it begins: then one pass decides, and nothing is tried twice. */
function refuseBacktracking({ rule, parts }: TokenFormat): void {
  for (const [index, part] of parts.entries()) {
    const next = parts[index + 1]
    if (typeof part === 'string' || part.min === part.max || next === undefined) continue
    const clear =
      typeof next === 'string' ? !isIn(part.of, next, 0) : part.of.every((one, code) => one + (next.of[code] ?? 0) < 2)
    if (!clear) throw new RangeError(`the format ${rule} cannot be read in one pass`)
  }
}

/** How many characters a whole token has at least. */
export function shortestOf({ parts }: TokenFormat, prefix: string): number {
  return parts.reduce((sum, part) => sum + (typeof part === 'string' ? part.length : part.min), prefix.length)
}

/** The token that begins with `prefix` at `start`, or null. Linear in the token's length. */
export function matchFormat(format: TokenFormat, prefix: string, text: string, start: number): FormatMatch | null {
  if (!text.startsWith(prefix, start)) return null
  // In the middle of a word the prefix is chance; one that begins with a sign is a part of an address.
  if (isIn(alphanumeric, prefix, 0) && isIn(prefix.length > 5 ? alphanumeric : joining, text, start - 1)) return null
  let at = start + prefix.length
  let last: Run | null = null
  for (const part of format.parts) {
    if (typeof part === 'string') {
      if (!text.startsWith(part, at)) return null
      at += part.length
      last = null
      continue
    }
    const length = runLength(part.of, text, at, part.max)
    if (length < part.min) return null
    at += length
    last = part
  }
  if (/^\.(?:png|jpe?g|gif|svg|ico|css|js|html?)\b/i.test(text.slice(at, at + 6))) return null
  // A longer word is another thing, which only begins alike.
  if (isIn(alphanumeric, text, at) || (last !== null && isIn(last.of, text, at))) return null
  return { format, start, end: at }
}
