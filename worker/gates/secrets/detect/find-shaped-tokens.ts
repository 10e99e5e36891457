import { Buffer } from 'node:buffer'
import { alphanumeric, charactersOf, isIn, runLength, urlSafe } from './characters.ts'
import { whyDummyToken } from './dummy-value.ts'
import type { Detector, SecretMatch } from './secret-match.ts'

const jwtPart = charactersOf('0-9', 'A-Z', 'a-z', '_/\\-')
const longestPart = 4096
const entra = charactersOf('0-9', 'A-Z', 'a-z', '_~.-')

/** A JSON Web Token: a header and a payload that are JSON objects in base64, and a signature. RFC 7519. */
export const jwtDetector: Detector = {
  keywords: ['eyj'],
  seenTo: (text, at) => at + runLength(jwtPart, text, at, longestPart),
  find: jwtAt,
}

function jwtAt(text: string, at: number): SecretMatch | null {
  if (!text.startsWith('ey', at) || isIn(alphanumeric, text, at - 1)) return null
  const head = runLength(jwtPart, text, at, longestPart)
  const second = at + head + 1
  if (head < 17 || text[at + head] !== '.' || !text.startsWith('ey', second)) return null
  const payload = runLength(jwtPart, text, second, 16_384)
  const third = second + payload + 1
  if (payload < 17 || text[second + payload] !== '.') return null
  const signature = runLength(urlSafe, text, third, 4096)
  if (signature < 10 || saysNothing(text.slice(second, second + payload))) return null
  return { rule: 'jwt', what: 'a JSON Web Token', certainty: 'likely', start: at, end: third + signature }
}

/** What tokens say that open something: whose they are, what for, until when. */
const telling =
  /^(?:iss|sub|aud|exp|iat|nbf|jti|azp|sid|uid)$|(?:^|[_-])id$|Id$|user|name|mail|role|scope|perm|group|type|access|admin|client|tenant|session|key|auth|token/

/** Whether a payload can be read and holds no such word, as where somebody shows how such tokens are made. */
function saysNothing(payload: string): boolean {
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
    return typeof claims === 'object' && claims !== null && !Object.keys(claims).some((name) => telling.test(name))
  } catch {
    return false
  }
}

const sas = /^sig=([A-Za-z0-9%/+-]{43,60}(?:%3D|=))/i

/**
 * A shared access signature of Azure's storage: whoever has the address has what it leads to.
 * https://learn.microsoft.com/azure/storage/common/storage-sas-overview
 */
export const sasDetector: Detector = {
  keywords: ['sig='],
  find(text, at) {
    const match = sas.exec(text.slice(at, at + 80))
    const around = text.slice(Math.max(0, at - 300), at + 300)
    if (match === null || !/[?&="']s[vrp]=/.test(around) || !/[?&="']s[et]=\d{4}-/.test(around)) return null
    if (whyDummyToken(match[1] ?? '', 3.3) !== null) return null
    const what = 'a shared access signature of Azure'
    return { rule: 'azure-sas', what, certainty: 'likely', start: at, end: at + match[0].length }
  },
}

/** Microsoft Entra's client secrets have their mark in the middle: three characters, a digit, "Q~". */
export const entraDetector: Detector = {
  keywords: ['q~'],
  find(text, at) {
    const start = at - 4
    if (!text.startsWith('Q~', at) || start < 0 || !/\d/.test(text[at - 1] ?? '')) return null
    const length = runLength(entra, text, start, 50)
    if (length < 37 || length > 40 || isIn(entra, text, start - 1)) return null
    const token = text.slice(start, start + length)
    if (whyDummyToken(token, 3.3) !== null) return null
    return {
      rule: 'provider-entra',
      what: 'a Microsoft Entra client secret',
      certainty: 'certain',
      start,
      end: start + length,
    }
  },
}
