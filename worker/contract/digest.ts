import { createHash } from 'node:crypto'

/** SHA-256 of a value's canonical JSON: keys in order at every depth, keys without a value left out. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex')
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

/** What can be told of a text without telling it. */
export interface TextDigest {
  readonly sha256: string
  readonly bytes: number
}

export interface TextDigester {
  add(piece: string | Buffer): TextDigester
  /** Nothing can be added after it. */
  done(): TextDigest
}

/** SHA-256 and length of a text that comes in pieces. */
export function createTextDigest(): TextDigester {
  const hash = createHash('sha256')
  let bytes = 0
  const digester: TextDigester = {
    add(piece) {
      hash.update(piece)
      bytes += Buffer.byteLength(piece)
      return digester
    },
    done: () => ({ sha256: hash.digest('hex'), bytes }),
  }
  return digester
}
