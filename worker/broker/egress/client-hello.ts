/** What the first bytes of a stream say. `more`: not enough of them yet. */
export type Opening =
  | { readonly kind: 'more' }
  | { readonly kind: 'tls'; readonly serverName: string | null; readonly encrypted: boolean }
  | { readonly kind: 'not-tls' }
  | { readonly kind: 'malformed'; readonly why: string }

/** A ClientHello with post-quantum key shares is about 2 KiB. */
export const maxHelloBytes = 16 * 1024
const handshakeRecord = 22
const clientHello = 1
const extensions = { serverName: 0, encryptedClientHello: 0xfe0d, encryptedServerName: 0xffce }

/**
 * Reads the server name out of a TLS ClientHello, over as many records and segments as it comes in. Strict where
 * servers differ: two server names, or two extensions of the same kind, are refused rather than chosen from.
 */
export function readOpening(bytes: Buffer): Opening {
  if (bytes.length === 0) return { kind: 'more' }
  if (bytes[0] !== handshakeRecord) return { kind: 'not-tls' }
  const handshake = collectHandshake(bytes)
  if (handshake === null) return { kind: 'not-tls' }
  if (handshake.length < 4) return { kind: 'more' }
  if (handshake[0] !== clientHello) return { kind: 'malformed', why: 'it does not begin with a ClientHello' }
  const length = handshake.readUIntBE(1, 3)
  if (length > maxHelloBytes) return { kind: 'malformed', why: 'its ClientHello is too large' }
  if (handshake.length < 4 + length) return { kind: 'more' }
  try {
    return readHello(new Reader(handshake.subarray(4, 4 + length)))
  } catch (error) {
    if (error instanceof RangeError) return { kind: 'malformed', why: 'its ClientHello is cut or overlaps' }
    throw error
  }
}

/** Joins the payloads of the leading handshake records. Null: there is a record that does not belong. */
function collectHandshake(bytes: Buffer): Buffer | null {
  const parts: Buffer[] = []
  for (let at = 0; at + 5 <= bytes.length; ) {
    const length = bytes.readUInt16BE(at + 3)
    if (bytes[at] !== handshakeRecord || bytes[at + 1] !== 3 || length === 0) {
      return parts.length === 0 ? null : Buffer.concat(parts)
    }
    parts.push(bytes.subarray(at + 5, at + 5 + length))
    at += 5 + length
  }
  return Buffer.concat(parts)
}

function readHello(reader: Reader): Opening {
  reader.take(2 + 32)
  reader.take(reader.number(1))
  reader.take(reader.number(2))
  reader.take(reader.number(1))
  const seen = new Map<number, Buffer>()
  const list = reader.left() === 0 ? new Reader(Buffer.alloc(0)) : new Reader(reader.take(reader.number(2)))
  while (list.left() > 0) {
    const type = list.number(2)
    if (seen.has(type)) return { kind: 'malformed', why: 'its ClientHello has an extension twice' }
    seen.set(type, list.take(list.number(2)))
  }
  const encrypted = seen.has(extensions.encryptedClientHello) || seen.has(extensions.encryptedServerName)
  const named = seen.get(extensions.serverName)
  if (named === undefined) return { kind: 'tls', serverName: null, encrypted }
  return readServerName(new Reader(named), encrypted)
}

function readServerName(outer: Reader, encrypted: boolean): Opening {
  const names = new Reader(outer.take(outer.number(2)))
  const type = names.number(1)
  const name = names.take(names.number(2))
  if (type !== 0 || names.left() > 0 || outer.left() > 0) {
    return { kind: 'malformed', why: 'its ClientHello names more than one server' }
  }
  return { kind: 'tls', serverName: name.toString('latin1'), encrypted }
}

/** Takes fields off the front of a buffer. Throws RangeError where there is less than asked for. */
class Reader {
  #rest: Buffer

  constructor(bytes: Buffer) {
    this.#rest = bytes
  }

  left(): number {
    return this.#rest.length
  }

  take(length: number): Buffer {
    if (length > this.#rest.length) throw new RangeError('cut')
    const taken = this.#rest.subarray(0, length)
    this.#rest = this.#rest.subarray(length)
    return taken
  }

  number(bytes: number): number {
    return this.take(bytes).readUIntBE(0, bytes)
  }
}
