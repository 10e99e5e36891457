import type { Detector } from './secret-match.ts'

const begin = /^-----BEGIN ((?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?)-----/
const longestKey = 16_384
/** An Ed25519 key, the smallest there is, has 64 characters of base64. */
const shortestBody = 40
const longestPrefix = 80

/** Without what stands before every line of it: a comment's star, a log's time. Digits count up there. */
function unprefixed(text: string, at: number, body: string): string {
  const before = text.slice(Math.max(0, at - longestPrefix), at)
  const prefix = before.slice(before.lastIndexOf('\n') + 1)
  if (prefix.trim() === '') return body
  const shape = prefix.replace(/\d/g, '0')
  return body
    .split('\n')
    .map((line) => (line.slice(0, prefix.length).replace(/\d/g, '0') === shape ? line.slice(prefix.length) : line))
    .join('\n')
}

/** Private keys in the armour of PEM and OpenPGP, also inside a string literal with its line ends written out. */
export const privateKeyDetector: Detector = {
  keywords: ['-----begin '],
  find(text, at) {
    const label = begin.exec(text.slice(at, at + 80))?.[1]
    if (label === undefined) return null
    const from = at + `-----BEGIN ${label}-----`.length
    const rest = text.slice(from, from + longestKey)
    const end = rest.indexOf(`-----END ${label}-----`)
    const body = end === -1 ? rest.slice(0, 200) : rest.slice(0, end)
    const base64 = unprefixed(text, at, body).replace(
      /\\{1,4}[nrt]|\\{1,4}(?=["'])|^(?:Proc-Type|DEK-Info|Version|Comment|Hash):.*$|[\s"'+,]/gm,
      '',
    )
    if (base64.length < shortestBody || !/^[A-Za-z0-9+/=]{40}/.test(base64)) return null
    return { rule: 'private-key', what: 'a private key', certainty: 'certain', start: at, end: from + body.length }
  },
}
