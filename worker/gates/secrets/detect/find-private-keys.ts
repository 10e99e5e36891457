import type { Detector } from './secret-match.ts'

const begin = /^-----BEGIN ((?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?)-----/
const longestKey = 16_384
/** An Ed25519 key, the smallest there is, has 64 characters of base64. */
const shortestBody = 40

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
    const base64 = body.replace(/\\[nrt]|^(?:Proc-Type|DEK-Info|Version|Comment|Hash):.*$|[\s"'+,]/gm, '')
    if (base64.length < shortestBody || !/^[A-Za-z0-9+/=]{40}/.test(base64)) return null
    return { rule: 'private-key', what: 'a private key', certainty: 'certain', start: at, end: from + body.length }
  },
}
