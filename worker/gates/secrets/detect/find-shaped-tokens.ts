import { alphanumeric, charactersOf, isIn, runLength, urlSafe } from './characters.ts'
import { whyDummyToken } from './dummy-value.ts'
import { entropyOf } from './entropy.ts'
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
  if (signature < 10) return null
  return { rule: 'jwt', what: 'a JSON Web Token', certainty: 'likely', start: at, end: third + signature }
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

/** Terraform Cloud's tokens: fourteen characters, ".atlasv1.", sixty and more. */
export const terraformDetector: Detector = {
  keywords: ['.atlasv1.'],
  find(text, at) {
    const start = at - 14
    const body = at + '.atlasv1.'.length
    const length = runLength(urlSafe, text, body, 80)
    if (start < 0 || runLength(alphanumeric, text, start, 14) < 14 || length < 60 || length > 70) return null
    if (entropyOf(text.slice(body, body + length)) < 3.5) return null
    return {
      rule: 'provider-terraform',
      what: 'a Terraform Cloud token',
      certainty: 'certain',
      start,
      end: body + length,
    }
  },
}
