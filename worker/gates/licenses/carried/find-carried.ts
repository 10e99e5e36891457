import { dirname } from 'node:path/posix'
import { isFixture } from '../../change/classify-path.ts'
import type { ChangedFile } from '../../change/view-change.ts'
import { idsIn } from '../judge-license.ts'
import { isLicenseFile, kindOfFile } from './classify-file.ts'
import { declaredLicense, isManifest } from './declared-licenses.ts'
import { type FoundLicense, isTelling, readLicenses } from './read-licenses.ts'

/** A license that came into the repository with the change. */
export interface CarriedLicense extends Omit<FoundLicense, 'how' | 'from' | 'to'> {
  readonly how: FoundLicense['how'] | 'unknown-text' | 'unread'
  readonly path: string
  readonly line: number
  /** It lies among what tests read, where a license is more often an example than a grant. */
  readonly isExample: boolean
}

/** Words that a file of a license has at least. */
const fewestWords = 30
/** Characters of files that speak of licenses, in one change: comparing them takes seconds. */
const mostText = 8_000_000

/**
 * Licenses that the change adds: those of lines that are new to the repository, and that the file did not say before.
 * Pure but for the list of licenses.
 */
export async function findCarried(files: readonly ChangedFile[]): Promise<CarriedLicense[]> {
  const carried: CarriedLicense[] = []
  let left = mostText
  for (const file of files) {
    if (!speaksOfLicenses(file)) continue
    left -= weightOf(file)
    carried.push(...(left < 0 ? [unread(file.path)] : await carriedBy(file)))
  }
  const declared = declarations(files)
  return carried.map((one) => ({ ...one, expression: declaredId(one, declared) ?? one.expression }))
}

/** A text does not say whether later versions count; the manifest beside it may. */
function declaredId({ ids, path }: CarriedLicense, declared: ReadonlyMap<string, readonly string[]>): string | null {
  return ids.length < 2 ? null : (declared.get(dirname(path))?.find((id) => ids.includes(id)) ?? null)
}

function declarations(files: readonly ChangedFile[]): Map<string, string[]> {
  const declared = new Map<string, string[]>()
  for (const { path, after } of files) {
    if (!isManifest(path)) continue
    const ids = idsIn(declaredLicense(path, after?.text ?? '') ?? '')
    declared.set(dirname(path), [...(declared.get(dirname(path)) ?? []), ...ids])
  }
  return declared
}

async function carriedBy(file: ChangedFile): Promise<CarriedLicense[]> {
  const { path, before, after } = file
  const kind = kindOfFile(path)
  const found = await readLicenses(after?.lines ?? [], kind)
  if (found.length === 0) return isLicenseFile(path) ? await unknownText(file) : []
  const fresh = freshLines(file)
  const news = found.filter(({ from, to }) => hasAny(fresh, from, to))
  const known = news.length === 0 ? [] : await readLicenses(before?.lines ?? [], kind)
  const keys = new Set(known.map(keyOf))
  const distinct = new Map(news.filter((one) => !keys.has(keyOf(one))).map((one) => [keyOf(one), one]))
  return [...distinct.values()].map(({ from, how, expression, ids, sure }) => ({
    ...{ how, expression, ids, sure, path, line: from + 1, isExample: isFixture(path) },
  }))
}

/** Indices of lines that are new to the repository. */
function freshLines({ added }: ChangedFile): Set<number> {
  return new Set(added.filter(({ text, moved }) => !moved && text.trim() !== '').map(({ number }) => number - 1))
}

function speaksOfLicenses({ path, after, added }: ChangedFile): boolean {
  const kind = kindOfFile(path)
  if (after === null || after.mode === '120000' || kind === 'data') return false
  return added.some(({ text, moved }) => !moved && (kind === 'license' || isTelling(text)))
}

/** About how much of a file is compared: of code, its comments. */
function weightOf({ path, after }: ChangedFile): number {
  const all = after?.text?.length ?? 0
  return kindOfFile(path) === 'code' ? all / 4 : all
}

function unread(path: string): CarriedLicense {
  const expression = 'LicenseRef-unread'
  return { ...{ how: 'unread', expression, ids: [expression] }, sure: false, path, line: 1, isExample: false }
}

function hasAny(fresh: ReadonlySet<number>, from: number, to: number): boolean {
  for (let index = from; index <= to; index += 1) if (fresh.has(index)) return true
  return false
}

function keyOf({ how, expression, sure }: FoundLicense): string {
  return `${how} ${expression} ${sure}`
}

/** A file that is called a license, and whose words are nobody's that is known; not where they were so before. */
async function unknownText({ path, after, before, added }: ChangedFile): Promise<CarriedLicense[]> {
  const words = (after?.lines ?? []).join(' ').split(/\s+/).length
  const wasUnknown = before !== null && (await readLicenses(before.lines, 'license')).length === 0
  if (words < fewestWords || wasUnknown) return []
  const expression = 'LicenseRef-unknown'
  const line = added.find(({ text }) => text.trim() !== '')?.number ?? 1
  return [{ how: 'unknown-text', expression, ids: [expression], sure: false, path, line, isExample: isFixture(path) }]
}
