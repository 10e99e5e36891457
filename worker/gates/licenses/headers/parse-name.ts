import type { HeaderWord } from './header-words.ts'
import type { LicenseName, LicenseNames } from './license-names.ts'

export interface ParsedName extends LicenseName {
  /** Index of the word after the name. */
  readonly end: number
}

const longestName = 12
/** How far after a GNU license's name its version may come. */
const versionReach = 40
const laterReach = 10
const versions: Readonly<Record<string, readonly string[]>> = {
  GPL: ['1.0', '2.0', '3.0'],
  LGPL: ['2.0', '2.1', '3.0'],
  AGPL: ['1.0', '3.0'],
}
/** Begins each family where nothing says a version: any may be taken. */
const firstVersions: Readonly<Record<string, string>> = { GPL: '1.0', LGPL: '2.0', AGPL: '3.0' }

/** The license that is named from the word at `start` on; null where none is. Pure. */
export function parseName(words: readonly HeaderWord[], start: number, names: LicenseNames): ParsedName | null {
  const name = parseGnu(words, start) ?? parseListed(words, start, names)
  // `A GPL compatible license` is any of many.
  return name === null || words[name.end]?.word === 'compatible' ? null : name
}

function parseListed(words: readonly HeaderWord[], start: number, names: LicenseNames): ParsedName | null {
  const next = words.slice(start, start + longestName).map(({ word }) => word)
  for (let length = next.length; length > 0; length -= 1) {
    const known = names.get(next.slice(0, length).join(' '))
    if (known === undefined) continue
    const isLicense = words[start + length]?.word.startsWith('licens') === true
    return { ...known, end: start + length + (isLicense ? 1 : 0) }
  }
  return null
}

/** A GNU license, whose version stands before the name, right after it, or some words on. */
function parseGnu(words: readonly HeaderWord[], start: number): ParsedName | null {
  const at = (offset: number) => words[start + offset]?.word ?? ''
  if (isVersion(at(0)) && at(1) === 'of') {
    const inner = gnuFamily(words, start + 2)
    return inner && named(inner.family, at(0), isLater(words, inner.end), inner.end)
  }
  const name = gnuFamily(words, start)
  if (name === null) return null
  const versionAt = findVersion(words, name.end, name.family)
  if (versionAt === null) return named(name.family, null, true, name.end)
  const version = words[versionAt]?.word ?? ''
  return named(name.family, version, isLater(words, versionAt + 1), Math.max(name.end, versionAt + 1))
}

function gnuFamily(words: readonly HeaderWord[], start: number): { family: string; end: number } | null {
  const at = (index: number) => words[index]?.word ?? ''
  let index = at(start) === 'gnu' ? start + 1 : start
  const kind = at(index)
  const short = /^(?:a|l)?gpl$/.exec(kind)
  if (short !== null) return { family: kind.toUpperCase(), end: index + (at(index + 1).startsWith('licens') ? 2 : 1) }
  const families: Readonly<Record<string, string>> = { lesser: 'LGPL', library: 'LGPL', affero: 'AGPL' }
  const family = families[kind] ?? 'GPL'
  if (family !== 'GPL') index += 1
  if (at(index) === 'general') index += 1
  else if (index === start) return null
  if (at(index) !== 'public') return null
  return /^licen/.test(at(index + 1)) ? { family, end: skipShort(words, index + 2) } : null
}

/** `GNU General Public License (GPL) 2`: the abbreviation after the name. */
function skipShort(words: readonly HeaderWord[], index: number): number {
  return /^(?:a|l)?gpl$/.test(words[index]?.word ?? '') ? index + 1 : index
}

function findVersion(words: readonly HeaderWord[], from: number, family: string): number | null {
  for (let index = from; index < Math.min(words.length, from + versionReach); index += 1) {
    const word = words[index]?.word ?? ''
    if (versions[family]?.includes(word)) return index
    // The next license has a version of its own.
    if (gnuFamily(words, index) !== null || /^(?:mozilla|apache|warranty|without)$/.test(word)) return null
  }
  return null
}

function isLater(words: readonly HeaderWord[], from: number): boolean {
  const next = words.slice(from, from + laterReach).map(({ word }) => word)
  if (next[0] === '+') return true
  const or = next.indexOf('or')
  if (or === -1) return false
  const after = next.slice(or)
  return /^or (?:at your option )?(?:any |all )?(?:later|newer|higher|greater|above|subsequent)/.test(after.join(' '))
}

function named(family: string, version: string | null, later: boolean, end: number): ParsedName {
  const expression = `${family}-${version ?? firstVersions[family]}-${later ? 'or-later' : 'only'}`
  return { expression, sure: version !== null, end }
}

function isVersion(word: string): boolean {
  return /^\d\.\d$/.test(word)
}
