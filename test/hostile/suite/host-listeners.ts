import { createSocket, type Socket as DatagramSocket } from 'node:dgram'
import { once } from 'node:events'
import { chmod } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { networkInterfaces } from 'node:os'
import { basename, join } from 'node:path'
import { z } from 'zod'

/** Listeners of the host. Every attempt that gets through says its own name to them. */
export interface HostListeners extends AsyncDisposable {
  /** Where they are, for the attempts. */
  readonly places: Readonly<Record<string, string>>
  /** The names that were heard since the last time of asking. */
  heard(): ReadonlySet<string>
}

const portSchema = z.object({ port: z.int() })
const portOf = (server: Server | DatagramSocket) => String(portSchema.parse(server.address()).port)
const callingEveryMs = 100
/** Where nobody listens. */
const discard = '9'

export async function openHostListeners(folder: string): Promise<HostListeners> {
  let names = new Set<string>()
  const hear = (chunk: Buffer) => {
    for (const name of chunk.toString('latin1').split('\n')) names.add(name)
  }
  const listen = async (at: { port: number; host: string } | { path: string }) => {
    const server = createServer((socket) => socket.on('error', () => {}).on('data', hear))
    server.listen(at)
    await once(server, 'listening')
    return server
  }
  const receive = async (type: 'udp4' | 'udp6', host: string) => {
    const socket = createSocket(type).on('message', hear)
    socket.bind(0, host)
    await once(socket, 'listening')
    return socket
  }
  const hostAddress = ownAddress()
  const unixPath = join(folder, 'listener.sock')
  const abstractName = basename(folder)
  const tcp4 = await listen({ port: 0, host: '0.0.0.0' })
  const tcp6 = hasIpv6() ? await listen({ port: 0, host: '::1' }) : null
  const udp4 = await receive('udp4', '127.0.0.1')
  const udp6 = hasIpv6() ? await receive('udp6', '::1') : null
  const servers = [
    tcp4,
    ...(tcp6 === null ? [] : [tcp6]),
    await listen({ path: unixPath }),
    await listen({ path: `\0${abstractName}` }),
  ]
  await chmod(unixPath, 0o777)
  const reserved = await listen({ port: 0, host: '127.0.0.1' })
  const callingPort = Number(portOf(reserved))
  reserved.close()
  const calling = setInterval(() => call(callingPort, hear), callingEveryMs)

  return {
    places: {
      tcp4: portOf(tcp4),
      tcp_host: portOf(tcp4),
      tcp6: tcp6 === null ? discard : portOf(tcp6),
      udp4: portOf(udp4),
      udp6: udp6 === null ? discard : portOf(udp6),
      unix_path: unixPath,
      abstract_name: abstractName,
      host_address: hostAddress,
      calling_port: String(callingPort),
    },
    heard: () => {
      const heard = names
      names = new Set()
      return heard
    },
    [Symbol.asyncDispose]: async () => {
      clearInterval(calling)
      for (const socket of [udp4, udp6]) socket?.close()
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
    },
  }
}

/** The host as somebody who looks whether a port of its own has been opened, and listens to who answers. */
function call(port: number, hear: (chunk: Buffer) => void): void {
  const socket = connect(port, '127.0.0.1')
  socket
    .on('error', () => {})
    .on('data', hear)
    .setTimeout(1000, () => socket.destroy())
}

const ownAddresses = () => Object.values(networkInterfaces()).flatMap((list) => list ?? [])

const hasIpv6 = () => ownAddresses().some(({ address }) => address === '::1')

function ownAddress(): string {
  return ownAddresses().find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? ''
}
