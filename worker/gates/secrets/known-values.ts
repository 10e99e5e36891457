import { Buffer } from 'node:buffer'
import type { Finding } from '../../contract/index.ts'
import { findInside, UnsearchableError } from '../../seal/compressed-streams.ts'
import { secretForms, tooShortSecrets } from '../../seal/secret-forms.ts'
import { createSecretSearch, type SecretHit, type SecretSearch } from '../../seal/secret-search.ts'
import { plainText } from '../change/derived-text.ts'
import type { ChangedFile, FileSide } from '../change/view-change.ts'
import { createFinding } from '../create-finding.ts'
import { joinLiterals } from './views/join-literals.ts'

export interface KnownValues {
  /** Names of the secrets that are too short to be searched for. */
  readonly tooShort: readonly string[]
  find(file: ChangedFile): Finding[]
  /** The name of a secret that this text holds in any form. */
  inText(text: string): string | null
}

/**
 * The search for the job's own values: one for all of them, which nearly always finds nothing, and one for each, so
 * that each is reported.
 */
export function createKnownValues(secrets: ReadonlyMap<string, string>): KnownValues {
  const tooShort = tooShortSecrets(secrets)
  const forms = [...secrets]
    .filter(([name]) => !tooShort.includes(name))
    .map(([name, value]) => ({ name, forms: secretForms(name, value) }))
  const any = createSecretSearch(forms.flatMap((one) => one.forms))
  const searches = forms.map((one) => ({ name: one.name, search: createSecretSearch(one.forms) }))
  return {
    tooShort,
    find: (file) => findIn(file, any, searches),
    inText: (text) => any.find(Buffer.from(text))?.secret ?? null,
  }
}

type NamedSearch = { readonly name: string; readonly search: SecretSearch }

function findIn(file: ChangedFile, any: SecretSearch, searches: readonly NamedSearch[]): Finding[] {
  if (file.after === null || searches.length === 0) return []
  const { before, after } = file
  try {
    if (searchSide(after, any) === null) return []
    return searches.flatMap(({ name, search }) => {
      const found = searchSide(after, search)
      if (found === null) return []
      return [before !== null && held(before, search) ? knownBefore(file, name, found) : leaked(file, name, found)]
    })
  } catch (error) {
    if (!(error instanceof UnsearchableError)) throw error
    return [unsearched(file)]
  }
}

/** Archives inside archives unfold a thousandfold at each level: a few kilobytes would keep a worker busy for hours. */
const archiveDepth = 1

interface Found {
  readonly encoding: string
  readonly line: number | null
}

/** The bytes themselves, the text with its string literals joined, and what is compressed. Throws UnsearchableError. */
function searchSide({ content, text }: FileSide, search: SecretSearch): Found | null {
  const hit = search.find(content)
  if (hit !== null) return { encoding: hit.encoding, line: text === null ? null : lineAt(content, hit) }
  const split = text === null ? null : searchJoined(text, search)
  if (split !== null) return split
  const inside = findInside(content, search, archiveDepth)
  return inside === null ? null : { encoding: inside.encoding, line: null }
}

function searchJoined(text: string, search: SecretSearch): Found | null {
  const joined = joinLiterals(plainText(text))
  const bytes = Buffer.from(joined.text)
  const hit = search.find(bytes)
  if (hit === null) return null
  const offset = bytes.subarray(0, hit.offset).toString('utf8').length
  return { encoding: `${hit.encoding}, in pieces`, line: joined.lineAt(offset) }
}

/** Whether the value was there for sure: what cannot be searched excuses nothing. */
function held(side: FileSide, search: SecretSearch): boolean {
  try {
    return searchSide(side, search) !== null
  } catch (error) {
    if (!(error instanceof UnsearchableError)) throw error
    return false
  }
}

function lineAt(content: Uint8Array, hit: SecretHit): number {
  let line = 1
  for (
    let index = content.indexOf(0x0a);
    index !== -1 && index < hit.offset;
    index = content.indexOf(0x0a, index + 1)
  ) {
    line += 1
  }
  return line
}

function leaked(file: ChangedFile, name: string, { encoding, line }: Found): Finding {
  return createFinding({
    gate: 'secrets',
    rule: 'job-secret',
    severity: 'block',
    path: file.path,
    line,
    message: `This file holds the value of the job's secret ${name} (${encoding}). It would be readable by everyone who can read the branch. Take it out, and change the secret: it has reached the agent.`,
  })
}

function knownBefore(file: ChangedFile, name: string, { encoding, line }: Found): Finding {
  return createFinding({
    gate: 'secrets',
    rule: 'job-secret-before',
    severity: 'note',
    path: file.path,
    line,
    message: `This file holds the value of the job's secret ${name} (${encoding}), and did before this change. Change the secret, and take it out.`,
  })
}

function unsearched(file: ChangedFile): Finding {
  return createFinding({
    gate: 'secrets',
    rule: 'unsearched-archive',
    severity: 'hold',
    path: file.path,
    line: null,
    message:
      'Data in this file unfolds to more than can be searched for secrets. Leave it out, or have a person look at it.',
  })
}
