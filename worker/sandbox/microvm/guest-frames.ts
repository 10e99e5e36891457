import { Buffer } from 'node:buffer'

/** What the host tells a guest's first process. */
export type ToGuest =
  | { readonly kind: 'configuration'; readonly values: Readonly<Record<string, string>> }
  | { readonly kind: 'filter'; readonly program: Buffer }
  | { readonly kind: 'input'; readonly piece: Buffer }
  | {
      readonly kind: 'command'
      /** Milliseconds since the epoch, for the guest's clock. */
      readonly now: number
      readonly argv: readonly string[]
      readonly env: Readonly<Record<string, string>>
    }
  | { readonly kind: 'kill' }

/** What it answers. Whatever it says, it is a guest's word. */
export type FromGuest =
  | { readonly kind: 'up' | 'ready' }
  | { readonly kind: 'output'; readonly stream: 'stdout' | 'stderr'; readonly chunk: Buffer }
  | {
      readonly kind: 'end'
      readonly code: number
      readonly signal: number
      readonly disk: boolean
      readonly memory: boolean
    }
  | { readonly kind: 'failed'; readonly text: string }

/** A guest that does not keep to the protocol: it is not ours any more. */
export class GuestProtocolError extends Error {
  override readonly name = 'GuestProtocolError'
}

const types = { configuration: 1, filter: 2, input: 3, command: 4, kill: 5 } as const
const headerBytes = 5
/** The guest sends pieces of at most 64 KiB. */
const maxPayload = 65_536

export function encodeFrame(frame: ToGuest): Buffer {
  const payload = payloadOf(frame)
  const header = Buffer.alloc(headerBytes)
  header.writeUInt8(types[frame.kind], 0)
  header.writeUInt32BE(payload.length, 1)
  return Buffer.concat([header, payload])
}

function payloadOf(frame: ToGuest): Buffer {
  switch (frame.kind) {
    case 'configuration':
      return words(Object.entries(frame.values).flat())
    case 'filter':
      return frame.program
    case 'input':
      return frame.piece
    case 'command': {
      const env = Object.entries(frame.env).map(([name, value]) => `${name}=${value}`)
      return words([String(frame.now * 1000), String(frame.argv.length), ...frame.argv, ...env])
    }
    case 'kill':
      return Buffer.alloc(0)
  }
}

/** Each ended by a NUL byte; none may hold one. */
function words(values: readonly string[]): Buffer {
  if (values.some((value) => value.includes('\0'))) throw new TypeError('a NUL byte in what a guest is told')
  return Buffer.from(values.map((value) => `${value}\0`).join(''))
}

/** Takes a guest's bytes as they come and gives the whole frames in them. Throws GuestProtocolError. */
export function createFrameReader(): (chunk: Buffer) => readonly FromGuest[] {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const frames: FromGuest[] = []
    let at = 0
    for (; rest.length - at >= headerBytes; ) {
      const length = rest.readUInt32BE(at + 1)
      if (length > maxPayload) throw new GuestProtocolError('a frame that is too long')
      if (rest.length - at < headerBytes + length) break
      frames.push(decode(rest.readUInt8(at), rest.subarray(at + headerBytes, at + headerBytes + length)))
      at += headerBytes + length
    }
    rest = rest.subarray(at)
    return frames
  }
}

function decode(type: number, payload: Buffer): FromGuest {
  if (type === 1 && payload.length === 0) return { kind: 'up' }
  if (type === 2 && payload.length === 0) return { kind: 'ready' }
  if (type === 3 || type === 4) return { kind: 'output', stream: type === 3 ? 'stdout' : 'stderr', chunk: payload }
  if (type === 5 && payload.length === 3) {
    const [code = 0, signal = 0, flags = 0] = payload
    return { kind: 'end', code, signal, disk: (flags & 1) !== 0, memory: (flags & 2) !== 0 }
  }
  if (type === 6) return { kind: 'failed', text: payload.toString('utf8') }
  throw new GuestProtocolError('a frame of no known type')
}
