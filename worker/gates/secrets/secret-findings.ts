import type { Severity } from '../../contract/index.ts'
import type { GateFinding } from '../../pipeline/ports/index.ts'
import { isDocumentation, isTest } from '../change/classify-path.ts'
import { decodeLeniently } from '../change/decode-text.ts'
import { type DerivedText, plainText } from '../change/derived-text.ts'
import type { ChangedFile } from '../change/view-change.ts'
import { createFinding } from '../create-finding.ts'
import { traceOfSecret } from '../fingerprint.ts'
import { searchText } from './detect/find-secrets.ts'
import { isWords } from './detect/judge-value.ts'
import { overlaps } from './detect/overlaps.ts'
import type { SecretMatch } from './detect/secret-match.ts'
import { secretNameBefore } from './detect/secret-name-before.ts'
import { askSecretlint } from './second-opinion.ts'
import { decodeRuns } from './views/decode-runs.ts'
import { joinedLines } from './views/join-literals.ts'
import { keptApart } from './views/kept-apart.ts'
import { spelledTexts, undisguisedLines, unescapedLines, unwrappedLines } from './views/respell.ts'
import { turnedTexts, unmarkedLines } from './views/undone-steps.ts'

/** What looks like a secret on the lines that a change adds, as they stand, in pieces or encoded. */
export async function findSecretsIn(file: ChangedFile): Promise<GateFinding[]> {
  if (file.after === null) return []
  if (file.after.text !== null && file.added.every(({ moved }) => moved)) return []
  const isNew = file.after.text === null ? null : createNewLines(file)
  // A binary may hold text in UTF-16, with a zero beside each character.
  const plain = plainText(file.after.text ?? withoutZeros(decodeLeniently(file.after.content)))
  const alike = new Map<string, Seen[]>()
  const values = new Set<string>()
  for (const { view, onlyCertain } of viewsOf(plain)) {
    for (const seen of await scanView(view, file.path, isNew)) {
      // What was put together, and is seen already, is no second one.
      if (onlyCertain && (seen.match.certainty !== 'certain' || isWords(seen.value) || values.has(seen.value))) continue
      values.add(seen.value)
      const key = `${seen.match.rule} ${seen.line}`
      const before = alike.get(key)
      if (before === undefined) alike.set(key, [seen])
      else before.push(seen)
    }
  }
  return [...alike.values()].flatMap((seen) => {
    const [first] = seen
    if (first === undefined) return []
    return [secretFinding(file, first.match, isNew === null ? null : first.line, aboutSecrets(seen))]
  })
}

/** A text as it stands, and what it may say to a program. In what is put together here names and shapes mean little. */
function viewsOf(plain: DerivedText): { readonly view: DerivedText; readonly onlyCertain: boolean }[] {
  const joined = joinedLines(plain)
  const decoded = [plain, joined].map(decodeRuns)
  const { followed, putIn } = keptApart(plain)
  const respelled = [
    ...[unescapedLines(plain), undisguisedLines(plain), unwrappedLines(plain), spelledTexts(plain)],
    ...[turnedTexts(plain), unmarkedLines(plain), followed, putIn],
  ]
  return [
    ...[plain, joined, ...decoded].map((view) => ({ view, onlyCertain: false })),
    ...[...respelled, ...[...respelled, ...decoded].map(decodeRuns)].map((view) => ({ view, onlyCertain: true })),
  ]
}

/** One match, where it is, and what its fingerprint may hold of it. */
interface Seen {
  readonly match: SecretMatch
  readonly line: number
  readonly name: string
  readonly value: string
}

/** All of one line together: who suppresses one secret does not suppress another that is written beside it. */
function aboutSecrets(seen: readonly Seen[]): string {
  const names = [...new Set(seen.map(({ name }) => name))].sort()
  const values = [...new Set(seen.map(({ value }) => value))].sort()
  return `${names.join(' ')} ${traceOfSecret(values)}`
}

/** A zero between two texts stays. */
function withoutZeros(text: string): string {
  return text.replace(/(?:[\x20-\x7e]\0){8,4000}/g, (run) => run.replaceAll('\0', ''))
}

type IsNew = (line: number) => boolean

/** Most changes have nothing that it is asked about. */
function createNewLines(file: ChangedFile): IsNew {
  let news: ReadonlySet<number> | null = null
  return (line) => {
    news ??= new Set(file.added.filter(({ moved }) => !moved).map(({ number }) => number))
    return news.has(line)
  }
}

/** `isNew` is null for a binary, which is new as a whole. */
async function scanView(view: DerivedText, path: string, isNew: IsNew | null) {
  if (view.text === '') return []
  const { matches: ours, suspects } = searchText(view.text)
  const asked = await askSecretlint(view.text, suspects, path)
  const theirs = asked.filter((one) => !overlaps(ours, one))
  const found: Seen[] = []
  for (const match of [...ours, ...theirs]) {
    const first = view.lineAt(match.start)
    const last = view.lineAt(Math.max(match.start, match.end - 1))
    const line = isNew === null ? first : firstNew(isNew, first, last)
    const [name, value] = [secretNameBefore(view.text, match.start), view.text.slice(match.start, match.end)]
    if (line !== null) found.push({ match, line, name, value })
  }
  return found
}

function firstNew(isNew: IsNew, first: number, last: number): number | null {
  for (let line = first; line <= last; line += 1) if (isNew(line)) return line
  return null
}

function secretFinding(file: ChangedFile, match: SecretMatch, line: number | null, about: string): GateFinding {
  return createFinding({
    gate: 'secrets',
    rule: match.rule,
    severity: severityOf(match, file.path),
    path: file.path,
    line,
    about,
    message: `This looks like a credential: ${match.what}. Everyone who can read the branch could use it. Take it out, and revoke it if it is real.`,
  })
}

const forShow =
  /(?:^|[/_.-])(?:examples?|samples?|demos?|self[-_]?signed|localhost|snakeoil|\w{0,20}tests?)(?:[/_.-]|$)/i

function isForShow(path: string): boolean {
  return isTest(path) || forShow.test(path)
}

/**
 * A provider's token is blocked wherever it stands. What only looks like a secret is for a person to decide; in tests
 * and in documentation, which are full of made-up ones, it is only mentioned. Tests and examples need private keys to serve TLS
 * with.
 */
function severityOf({ rule, certainty }: SecretMatch, path: string): Severity {
  if (certainty === 'certain') return rule === 'private-key' && isForShow(path) ? 'hold' : 'block'
  return isTest(path) || isDocumentation(path) ? 'note' : 'hold'
}
