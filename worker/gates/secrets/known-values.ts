import { Buffer } from 'node:buffer'
import type { Finding } from '../../contract/index.ts'
import { findInside } from '../../seal/compressed-streams.ts'
import { secretForms, tooShortSecrets } from '../../seal/secret-forms.ts'
import { createSecretSearch, type SecretHit, type SecretSearch } from '../../seal/secret-search.ts'
import type { ChangedFile, FileSide } from '../change/view-change.ts'
import { createFinding } from '../create-finding.ts'
import { joinLiterals, plainText } from './hidden-text.ts'

export interface KnownValues {
  /** Names of the secrets that are too short to be searched for. */
  readonly tooShort: readonly string[]
  find(file: ChangedFile): Finding[]
  /** The name of a secret that this text holds in any form. */
  inText(text: string): string | null
}

/** The search for the job's own values. One search per secret, so that each is reported. */
export function createKnownValues(secrets: ReadonlyMap<string, string>): KnownValues {
  const tooShort = tooShortSecrets(secrets)
  const searches = [...secrets]
    .filter(([name]) => !tooShort.includes(name))
    .map(([name, value]) => ({ name, search: createSecretSearch(secretForms(name, value)) }))
  return {
    tooShort,
    find: (file) => searches.flatMap(({ name, search }) => findOne(file, name, search)),
    inText: (text) => searches.find(({ search }) => search.find(Buffer.from(text)) !== null)?.name ?? null,
  }
}

function findOne(file: ChangedFile, name: string, search: SecretSearch): Finding[] {
  try {
    const found = file.after === null ? null : searchSide(file.after, search)
    if (found === null) return []
    const known = file.before !== null && searchSide(file.before, search) !== null
    return [known ? knownBefore(file, name, found) : leaked(file, name, found)]
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return [unsearched(file)]
  }
}

interface Found {
  readonly encoding: string
  readonly line: number | null
}

/** The bytes themselves, what is compressed in them, and the text with its string literals joined. */
function searchSide(side: FileSide, search: SecretSearch): Found | null {
  const hit = search.find(side.content) ?? findInside(side.content, search)
  if (hit !== null) return { encoding: hit.encoding, line: side.text === null ? null : lineAt(side.content, hit) }
  if (side.text === null) return null
  const joined = joinLiterals(plainText(side.text))
  const bytes = Buffer.from(joined.text)
  const split = search.find(bytes)
  if (split === null) return null
  const offset = bytes.subarray(0, split.offset).toString('utf8').length
  return { encoding: `${split.encoding}, in pieces`, line: joined.lineAt(offset) }
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
