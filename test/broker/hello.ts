import { once } from 'node:events'
import { createServer } from 'node:net'
import { type ConnectionOptions, connect } from 'node:tls'
import { listen, portOf } from './broker-world.ts'

/** What a real TLS client says first. */
export async function helloOf(options: ConnectionOptions): Promise<Buffer> {
  const server = createServer()
  const stop = await listen(server)
  const client = connect({ port: portOf(server), host: '127.0.0.1', ...options })
  client.on('error', () => {})
  const [socket] = await once(server, 'connection')
  const [bytes] = await once(socket, 'data')
  client.destroy()
  await stop()
  return bytes
}

/** The same hello with one more extension, all lengths mended. */
export function withExtension(hello: Buffer, type: number, data: Buffer): Buffer {
  const extension = Buffer.concat([Buffer.from([type >> 8, type & 255, data.length >> 8, data.length & 255]), data])
  const copy = Buffer.concat([hello, extension])
  const afterSession = 5 + 4 + 34 + 1 + (hello[43] ?? 0)
  const afterCiphers = afterSession + 2 + hello.readUInt16BE(afterSession)
  const extensions = afterCiphers + 1 + (hello[afterCiphers] ?? 0)
  copy.writeUInt16BE(hello.readUInt16BE(extensions) + extension.length, extensions)
  copy.writeUIntBE(hello.readUIntBE(6, 3) + extension.length, 6, 3)
  copy.writeUInt16BE(hello.readUInt16BE(3) + extension.length, 3)
  return copy
}
