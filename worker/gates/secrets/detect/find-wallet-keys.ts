import { hex, runLength } from './characters.ts'
import { whyDummyToken } from './dummy-value.ts'
import type { Detector } from './secret-match.ts'

const keyLength = 64
/** How far from the word the key may be, on either side. */
const reach = 120
/** Numbers of that length that everybody may see. */
const open = /hash|txid|transaction|topic|signature|digest|checksum|sha-?256|public|genesis|block/i
const minEntropy = 3

/** A private key of a wallet: a number of 256 bits, which nothing but the words around it tells from a hash. */
export const walletKeyDetector: Detector = {
  keywords: ['wallet', 'privatekeytoaccount', 'accounts:'],
  find(text, at) {
    const from = Math.max(0, at - reach)
    const to = Math.min(text.length, at + reach)
    let index = from
    while (index < to) {
      const length = runLength(hex, text, index, keyLength + 1)
      const key = text.slice(index, index + length)
      if (length === keyLength && standsAlone(text, index) && whyDummyToken(key, minEntropy) === null) {
        if (open.test(text.slice(from, to))) return null
        const end = index + length
        return { rule: 'wallet-key', what: 'the private key of a wallet', certainty: 'likely', start: index, end }
      }
      index += length + 1
    }
    return null
  },
}

function standsAlone(text: string, start: number): boolean {
  const before = text.slice(Math.max(0, start - 3), start)
  return !/[0-9a-z]$/i.test(before) || /(?:^|[^0-9a-z])0x$/i.test(before)
}
