/**
 * Every way in which a secret's value is commonly written down, and the search for all of them at once. Pure: the
 * seal and the secrets gate both use it. It finds what programs leave behind by themselves (configuration, logs,
 * caches, archives); code that hides a value on purpose can always invent an encoding, which is why the agent's
 * sandbox has no way out either.
 */
import { Buffer } from 'node:buffer'
import { findInside } from './compressed-streams.ts'
import { createSecretSearch, isWhiteSpace, type SecretForm, type SecretHit } from './secret-search.ts'

export { UnsearchableError } from './compressed-streams.ts'
export type { SecretForm, SecretHit } from './secret-search.ts'

/** Shorter values occur by chance in any folder of dependencies, so that a search for them says nothing. */
export const minimumSecretBytes = 6

/** Names of the secrets whose values are too short to be searched for. */
export function tooShortSecrets(secrets: ReadonlyMap<string, string>): string[] {
  return [...secrets]
    .filter(([, value]) => compact(Buffer.from(value)).length < minimumSecretBytes)
    .map(([name]) => name)
}

/** All forms of one secret, each once. Throws RangeError for a value that is too short to be searched for. */
export function secretForms(name: string, value: string): SecretForm[] {
  const text = value.trim()
  if (tooShortSecrets(new Map([[name, text]])).length > 0) {
    throw new RangeError(`the secret ${name} is shorter than ${minimumSecretBytes} bytes and cannot be searched for`)
  }
  const forms = new Map<string, SecretForm>()
  for (const [encoding, written] of writtenForms(text)) {
    const variants = encoding.startsWith('utf16') ? [written] : [written, compact(written)]
    for (const bytes of variants) {
      const key = bytes.toString('latin1')
      if (!forms.has(key)) forms.set(key, { secret: name, encoding, bytes })
    }
  }
  return [...forms.values()]
}

/**
 * The first form of a secret that `content` holds, also inside gzip, zlib, zip and zstd data, nested three deep. Throws
 * UnsearchableError for compressed data that unfolds to more than can be searched.
 */
export function findSecretForms(content: Uint8Array, forms: readonly SecretForm[]): SecretHit | null {
  const search = createSecretSearch(forms)
  return search.find(content) ?? findInside(content, search)
}

function writtenForms(text: string): [string, Buffer][] {
  const raw = Buffer.from(text, 'utf8')
  const utf16 = Buffer.from(text, 'utf16le')
  const json = JSON.stringify(text).slice(1, -1)
  const url = encodeURIComponent(text)
  const strictUrl = url.replace(/[!'()*]/g, percent)
  const hex = raw.toString('hex')
  return [
    ['raw', raw],
    ...base64Forms(raw),
    ['hex', Buffer.from(hex)],
    ['hex', Buffer.from(hex.toUpperCase())],
    ['url', Buffer.from(url)],
    ['url', Buffer.from(strictUrl)],
    ['url', Buffer.from(lowerPercents(strictUrl))],
    ['url', Buffer.from(strictUrl.replaceAll('%20', '+'))],
    ['reversed', Buffer.from(raw).reverse()],
    ['reversed', Buffer.from([...text].reverse().join(''))],
    ['utf16le', utf16],
    ['utf16be', Buffer.from(utf16).swap16()],
    ['json', Buffer.from(json)],
    ['json', Buffer.from(json.replaceAll('/', '\\/'))],
    ['json', Buffer.from(json.replace(/[^\x20-\x7e]/g, unicodeEscape))],
  ]
}

/**
 * Base64 of a longer text shows a value in one of three ways, by how many bytes stand before it. Only the digits
 * that the value alone decides are searched for.
 */
function base64Forms(raw: Buffer): [string, Buffer][] {
  return [0, 1, 2].flatMap((offset): [string, Buffer][] => {
    const padded = Buffer.concat([Buffer.alloc(offset), raw])
    const first = Math.ceil((offset * 8) / 6)
    const end = Math.floor((padded.length * 8) / 6)
    return [
      ['base64', Buffer.from(padded.toString('base64').slice(first, end))],
      ['base64url', Buffer.from(padded.toString('base64url').slice(first, end))],
    ]
  })
}

function compact(bytes: Buffer): Buffer {
  return Buffer.from(bytes.filter((byte) => !isWhiteSpace(byte)))
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}

function lowerPercents(text: string): string {
  return text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
