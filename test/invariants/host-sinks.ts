import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type ListenOptions, type Server } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'

/** Everything on this host that a program could send something to. Whatever comes in is kept as text. */
export interface HostSinks extends AsyncDisposable {
  /** As test/fixtures/inside/leave.ts wants to know them. */
  readonly places: {
    readonly tcpPort: number
    readonly udpPort: number
    readonly unixPath: string
    readonly abstractName: string
    readonly addresses: readonly string[]
  }
  /** All that came in so far. */
  received(): string
  forget(): void
}

const boundSchema = z.object({ port: z.int() })

export async function openHostSinks(): Promise<HostSinks> {
  // Anybody may enter: it is the sandbox that has to keep its programs away from here.
  const folder = await mkdtemp('/tmp/airlock-sinks-')
  await chmod(folder, 0o777)
  const unixPath = join(folder, 'sink.sock')
  const abstractName = `airlock-sink-${process.pid}`
  let text = ''
  const keep = (bytes: Buffer) => {
    text += decodeURIComponent(bytes.toString('latin1').replaceAll(/%(?![0-9A-F]{2})/g, '%25'))
  }
  const servers: Server[] = []
  const listen = async (options: ListenOptions) => {
    const server = createServer((socket) => socket.on('data', keep).on('error', () => {}))
    servers.push(server)
    server.listen(options)
    await once(server, 'listening')
    return server
  }
  const { port } = boundSchema.parse((await listen({ port: 0, host: '::' })).address())
  await listen({ path: unixPath })
  await listen({ path: `\0${abstractName}` })
  await chmod(unixPath, 0o777)
  const datagrams = createSocket({ type: 'udp6' }).on('message', keep)
  datagrams.bind(0, '::')
  await once(datagrams, 'listening')

  return {
    places: {
      tcpPort: port,
      udpPort: datagrams.address().port,
      unixPath,
      abstractName,
      addresses: ownAddresses(),
    },
    received: () => text,
    forget() {
      text = ''
    },
    async [Symbol.asyncDispose]() {
      datagrams.close()
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80'))
    .map(({ address }) => address)
}
