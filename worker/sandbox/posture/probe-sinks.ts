import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { access, chmod, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'

/** Where attempts would arrive on the host: what is counted here got out, whatever the attempt itself believes. */
export interface ProbeSinks extends AsyncDisposable {
  /** Where they are, for the attempts. */
  readonly places: Readonly<Record<string, string>>
  /** The names of the attempts that arrived since the last time of asking. */
  arrived(): Promise<ReadonlySet<string>>
}

const portSchema = z.object({ port: z.int() })
const writtenName = 'written-by-an-attempt'

/** Opens listeners on the host's loopback, a path and an abstract name, and lays out a file to read. */
export async function openProbeSinks(folder: string, canary: string): Promise<ProbeSinks> {
  const seen = new Set<string>()
  const listen = async (name: string, at: number | string): Promise<Server> => {
    const server = createServer((socket) => {
      seen.add(name)
      socket.on('error', () => {}).destroy()
    })
    server.listen(typeof at === 'number' ? { port: at, host: '127.0.0.1' } : { path: at })
    await once(server, 'listening')
    return server
  }
  const abstractName = basename(folder)
  const unixPath = join(folder, 'sink.sock')
  const writtenPath = join(folder, writtenName)
  const canaryPath = join(folder, 'canary')
  const servers = [
    await listen('tcp', 0),
    await listen('unix-socket', unixPath),
    await listen('abstract-socket', `\0${abstractName}`),
  ]
  const datagrams = createSocket('udp4').on('message', () => seen.add('udp'))
  datagrams.bind(0, '127.0.0.1')
  await once(datagrams, 'listening')
  await writeFile(canaryPath, canary)
  await Promise.all([chmod(folder, 0o777), chmod(unixPath, 0o777), chmod(canaryPath, 0o644)])

  return {
    places: {
      tcp_port: String(portSchema.parse(servers[0]?.address()).port),
      udp_port: String(datagrams.address().port),
      unix_path: unixPath,
      abstract_name: abstractName,
      read_path: canaryPath,
      write_path: writtenPath,
    },
    arrived: async () => {
      // What is on its way on the loopback is delivered by the next turns of the event loop.
      await sleep(20)
      const written = await access(writtenPath).then(
        () => ['host-write'],
        () => [],
      )
      await rm(writtenPath, { force: true })
      const names = new Set([...seen, ...written])
      seen.clear()
      return names
    },
    [Symbol.asyncDispose]: async () => {
      datagrams.close()
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
    },
  }
}
