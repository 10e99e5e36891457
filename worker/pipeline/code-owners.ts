/**
 * GitHub's CODEOWNERS, as far as it names people and teams. The file is the default branch's; the paths are an agent's, so
 * that everything here is bounded, and a pattern is matched without a regular expression.
 */
import type { Reviewers } from './ports/index.ts'

export const noReviewers: Reviewers = { users: [], teams: [] }

/** Where GitHub looks, in its order. */
export const codeOwnersPaths: readonly string[] = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS']
export const mostCodeOwnersBytes = 256 * 1024

/** GitHub takes no more for one pull request; the one who asked is one of them. */
const mostReviewers = 14
const mostRules = 5000
const mostPaths = 500
const mostWildcards = 8
const longestPath = 500

const user = /^@[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})$/
const team = /^@([A-Za-z0-9][A-Za-z0-9-]{0,38})\/([A-Za-z0-9_.-]{1,100})$/

interface Rule {
  /** Parts of the path; null stands for any number of them. */
  readonly parts: readonly (string | null)[]
  /** What lies below a match belongs to it. */
  readonly isDeep: boolean
  readonly owners: readonly string[]
}

/** Who owns these paths: whoever owns most of them first. The last rule that fits a path counts, also one without owners. */
export function reviewersOf(text: string, paths: readonly string[], organisation: string): Reviewers {
  const rules = parseRules(text).toReversed()
  const owned = new Map<string, number>()
  for (const path of paths.slice(0, mostPaths)) {
    if (path.length > longestPath) continue
    const parts = path.split('/')
    const rule = rules.find((one) => fits(one, parts))
    for (const owner of new Set(rule?.owners)) owned.set(owner, (owned.get(owner) ?? 0) + 1)
  }
  const names = [...owned].toSorted(([, one], [, other]) => other - one).map(([owner]) => owner)
  const known = names.filter((name) => user.test(name) || isTeamOf(name, organisation)).slice(0, mostReviewers)
  return {
    users: known.filter((name) => user.test(name)).map((name) => name.slice(1)),
    teams: known.flatMap((name) => team.exec(name)?.[2] ?? []),
  }
}

function isTeamOf(name: string, organisation: string): boolean {
  return team.exec(name)?.[1]?.toLowerCase() === organisation.toLowerCase()
}

/** A line that GitHub does not take is passed over, as GitHub does. */
function parseRules(text: string): Rule[] {
  return text
    .split(/\r?\n/)
    .slice(0, mostRules)
    .flatMap((line) => {
      const words = wordsOf(line)
      const [pattern, ...owners] = words
      const rule = pattern === undefined ? null : parsePattern(pattern)
      return rule === null ? [] : [{ ...rule, owners }]
    })
}

/** Up to a comment; a space behind a backslash is part of a word. */
function wordsOf(line: string): string[] {
  const words: string[] = []
  let word = ''
  for (let at = 0; at <= line.length; at += 1) {
    const character = line[at]
    const isEnd = character === undefined || character === ' ' || character === '\t'
    if (character === '#' && word === '') break
    if (character === '\\' && line[at + 1] === ' ') {
      word += ' '
      at += 1
    } else if (!isEnd) word += character
    else if (word !== '') {
      words.push(word)
      word = ''
    }
  }
  return words
}

/** As `.gitignore` has them, but for negations, ranges and escapes, which GitHub knows in none of these files. */
function parsePattern(pattern: string): Pick<Rule, 'parts' | 'isDeep'> | null {
  if (/[[\]\\]/.test(pattern) || pattern.startsWith('!')) return null
  if (pattern.replaceAll(/[^*?]/g, '').length > mostWildcards || pattern.length > longestPath) return null
  const isFolder = pattern.endsWith('/')
  const inner = pattern.slice(pattern.startsWith('/') ? 1 : 0, isFolder ? -1 : undefined)
  const names = inner.split('/')
  const isAnchored = pattern.startsWith('/') || names.length > 1
  const parts = names.map((name) => (name === '**' ? null : name))
  // `docs/*` means the files there, and none further down.
  const isDeep = isFolder || names.length === 1 || names.at(-1) !== '*'
  // What is inside of a folder is meant by one that ends so: at least one part more has to follow.
  const below = isFolder || parts.at(-1) === null ? ['*'] : []
  return { parts: [...(isAnchored ? [] : [null]), ...parts, ...below], isDeep }
}

function fits({ parts, isDeep }: Rule, path: readonly string[]): boolean {
  // Which parts of the pattern may come next, part of the path by part of the path: no way is tried twice.
  let open = skipAny(parts, new Set([0]))
  for (const name of path) {
    if (isDeep && open.has(parts.length)) return true
    const next = new Set<number>()
    for (const at of open) {
      const part = parts[at]
      if (part === null) next.add(at)
      else if (part !== undefined && fitsName(part, name)) next.add(at + 1)
    }
    open = skipAny(parts, next)
  }
  return open.has(parts.length)
}

/** `**` stands also for nothing, but not at the end: `a/**` is what lies in `a`. */
function skipAny(parts: readonly (string | null)[], open: Set<number>): Set<number> {
  for (const at of open) if (parts[at] === null && at + 1 < parts.length) open.add(at + 1)
  return open
}

/** One part of a path, with `*` for anything and `?` for one character: back to the last `*` and no further. */
function fitsName(pattern: string, name: string): boolean {
  let [at, star, mark] = [0, -1, 0]
  for (let index = 0; index < name.length; ) {
    if (pattern[at] === '?' || (pattern[at] === name[index] && pattern[at] !== '*')) {
      at += 1
      index += 1
    } else if (pattern[at] === '*') {
      star = at
      mark = index
      at += 1
    } else if (star >= 0) {
      at = star + 1
      mark += 1
      index = mark
    } else return false
  }
  while (pattern[at] === '*') at += 1
  return at === pattern.length
}
