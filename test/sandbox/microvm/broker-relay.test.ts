import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { type Duplex, duplexPair } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { relayToBroker } from '../../../worker/sandbox/microvm/broker-relay.ts'

const opened = 1
const data = 2
const end = 3
const broken = 4
const room = 5
const window = 262_144

function frame(id: number, type: number, payload: Buffer | string = ''): Buffer {
  const bytes = Buffer.from(payload)
  const header = Buffer.alloc(7)
  header.writeUInt32BE(id, 0)
  header.writeUInt8(type, 4)
  header.writeUInt16BE(bytes.length, 5)
  return Buffer.concat([header, bytes])
}

const roomFor = (bytes: number) => {
  const size = Buffer.alloc(4)
  size.writeUInt32BE(bytes)
  return size
}

describe('the way from a guest to its broker', () => {
  let folder: string
  let broker: Server
  let guest: Duplex
  let brokenOff: Promise<void>
  let met: string[]
  let answer: string
  let heard: { id: number; type: number; payload: Buffer }[]

  beforeEach(async () => {
    folder = await mkdtemp('/tmp/airlock-relay-')
    met = []
    heard = []
    answer = 'answer'
    broker = createServer({ allowHalfOpen: true }, (socket) => {
      let asked = ''
      socket.on('error', () => {})
      socket.on('data', (chunk) => {
        asked += chunk.toString('latin1')
      })
      socket.on('end', () => {
        met.push(asked)
        socket.end(answer)
      })
    })
    broker.listen(join(folder, 'broker.sock'))
    await once(broker, 'listening')
    const [inside, port] = duplexPair()
    guest = inside
    brokenOff = new Promise((resolve) => relayToBroker(port, join(folder, 'broker.sock'), resolve))
    let rest: Buffer = Buffer.alloc(0)
    guest.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk])
      while (rest.length >= 7 && rest.length >= 7 + rest.readUInt16BE(5)) {
        const length = rest.readUInt16BE(5)
        heard.push({ id: rest.readUInt32BE(0), type: rest.readUInt8(4), payload: rest.subarray(7, 7 + length) })
        rest = rest.subarray(7 + length)
      }
    })
  })

  afterEach(async () => {
    guest.destroy()
    broker.close()
    await rm(folder, { recursive: true })
  })

  const said = (id: number) =>
    Buffer.concat(heard.filter((one) => one.id === id && one.type === data).map((one) => one.payload)).toString()
  const ended = (id: number) => heard.some((one) => one.id === id && one.type === end)

  it('carries two conversations at once, to their ends', async () => {
    guest.write(Buffer.concat([frame(1, opened), frame(2, opened), frame(1, data, 'one'), frame(2, data, 'two')]))
    guest.write(Buffer.concat([frame(2, end), frame(1, end)]))

    await expect.poll(() => [ended(1), ended(2)]).toEqual([true, true])
    expect([said(1), said(2)]).toEqual(['answer', 'answer'])
    expect(met.sort()).toEqual(['one', 'two'])
  })

  it('sends no more than the guest has room for, and the rest when it has, though the broker is done', async () => {
    answer = 'x'.repeat(2 * window)
    guest.write(Buffer.concat([frame(7, opened), frame(7, end)]))
    await expect.poll(() => said(7).length).toBe(window)

    guest.write(frame(7, room, roomFor(window)))

    await expect.poll(() => ended(7)).toBe(true)
    expect(said(7)).toBe(answer)
  })

  it('says that a connection is broken when there are too many', async () => {
    guest.write(Buffer.concat(Array.from({ length: 257 }, (_, index) => frame(index + 1, opened))))
    await expect.poll(() => heard.filter((one) => one.type === broken).map((one) => one.id)).toEqual([257])
  })

  it.each([
    [
      'says more than there is room for',
      Buffer.concat(Array.from({ length: 9 }, () => frame(1, data, Buffer.alloc(32_768)))),
    ],
    ['opens a connection twice', frame(1, opened)],
    ['gives room that there is not', frame(1, room, roomFor(1))],
    ['speaks of something else', frame(1, 77)],
  ])('ends a guest that %s', async (_, bytes) => {
    guest.write(frame(1, opened))
    guest.write(bytes)

    await brokenOff
  })

  it('does not care for what comes late', async () => {
    guest.write(
      Buffer.concat([frame(9, data, 'late'), frame(9, end), frame(9, broken), frame(3, opened), frame(3, end)]),
    )

    await expect.poll(() => ended(3)).toBe(true)
    expect(met).toEqual([''])
  })
})
