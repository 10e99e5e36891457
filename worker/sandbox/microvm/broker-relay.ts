import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'

const headerBytes = 7
const types = { opened: 1, data: 2, end: 3, broken: 4, room: 5 } as const
/** Bytes that either side may send on a connection before the other has said that there is room for more. */
const window = 262_144
const maxPiece = 32_768
const maxConnections = 256
/** More than all connections together may have on their way: a guest that asks and does not listen. */
const maxUnread = 2 * maxConnections * window

interface Connection {
  readonly socket: Socket
  /** Bytes that the guest has room for. */
  room: number
  /** Bytes that the guest may still send. */
  credit: number
  /** What was read and the guest has no room for yet. */
  waiting: Buffer[]
  /** The broker has said all that it will say. */
  ended: boolean
  /** The guest has been told so. */
  told: boolean
  closed: boolean
}

/**
 * Carries a guest's connections to the broker's socket: many over one port, each held back by itself, so that one
 * that nobody reads does not stop the others. The guest may send what it likes: a frame that breaks the rules ends the port
 * through `onBroken`, and one that comes late for a closed connection is dropped.
 */
export function relayToBroker(port: Duplex, brokerSocket: string, onBroken: () => void): void {
  const open = new Map<number, Connection>()
  let rest: Buffer = Buffer.alloc(0)

  const send = (id: number, type: number, payload: Buffer = Buffer.alloc(0)) => {
    const header = Buffer.alloc(headerBytes)
    header.writeUInt32BE(id, 0)
    header.writeUInt8(type, 4)
    header.writeUInt16BE(payload.length, 5)
    port.write(Buffer.concat([header, payload]))
    if (port.writableLength > maxUnread) onBroken()
  }

  const close = (id: number) => {
    open.get(id)?.socket.destroy()
    open.delete(id)
  }

  /** Sends what there is room for, and reads on only when all of it is gone. */
  const pass = (id: number, one: Connection) => {
    for (let piece = one.waiting.shift(); piece !== undefined; piece = one.waiting.shift()) {
      const now = piece.subarray(0, Math.min(one.room, maxPiece))
      if (now.length < piece.length) one.waiting.unshift(piece.subarray(now.length))
      if (now.length === 0) break
      one.room -= now.length
      send(id, types.data, now)
    }
    if (one.waiting.length > 0) one.socket.pause()
    else if (!one.ended) one.socket.resume()
    else if (!one.told) send(id, types.end)
    one.told = one.ended && one.waiting.length === 0
    if (one.told && one.closed) open.delete(id)
  }

  const accept = (id: number) => {
    if (open.has(id)) throw new RangeError('a connection that is there already')
    if (open.size >= maxConnections) return send(id, types.broken)
    const socket = connect({ path: brokerSocket, allowHalfOpen: true })
    const one: Connection = {
      socket,
      room: window,
      credit: window,
      waiting: [],
      ended: false,
      told: false,
      closed: false,
    }
    open.set(id, one)
    socket.on('data', (chunk) => {
      one.waiting.push(chunk)
      pass(id, one)
    })
    socket.on('end', () => {
      one.ended = true
      pass(id, one)
    })
    socket.on('error', () => {
      send(id, types.broken)
      open.delete(id)
    })
    // What was read and is not with the guest yet goes there still.
    socket.on('close', () => {
      one.closed = true
      if (open.get(id) === one) pass(id, one)
    })
  }

  const give = (id: number, one: Connection, payload: Buffer) => {
    one.credit -= payload.length
    if (one.credit < 0) throw new RangeError('more than there was room for')
    one.socket.write(payload, () => {
      one.credit += payload.length
      const size = Buffer.alloc(4)
      size.writeUInt32BE(payload.length)
      if (open.has(id)) send(id, types.room, size)
    })
  }

  const take = (id: number, type: number, payload: Buffer) => {
    const one = open.get(id)
    if (type === types.opened) accept(id)
    else if (type < types.data || type > types.room) throw new RangeError('a frame of no known type')
    else if (one === undefined) return
    else if (type === types.data) give(id, one, payload)
    else if (type === types.end) one.socket.end()
    else if (type === types.broken) close(id)
    else if (payload.length === 4) {
      one.room += payload.readUInt32BE()
      if (one.room > window) throw new RangeError('more room than there is')
      pass(id, one)
    }
  }

  port.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    try {
      for (; rest.length >= headerBytes; ) {
        const length = rest.readUInt16BE(5)
        if (rest.length < headerBytes + length) break
        take(rest.readUInt32BE(0), rest.readUInt8(4), rest.subarray(headerBytes, headerBytes + length))
        rest = rest.subarray(headerBytes + length)
      }
    } catch {
      port.pause()
      onBroken()
    }
  })
  port.on('close', () => {
    for (const id of [...open.keys()]) close(id)
  })
}
