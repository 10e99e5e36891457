import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { portOf } from '../../test/broker/broker-world.ts'
import { spawnProcess } from '../../worker/process/spawn-process.ts'

/** The forwarder that the launcher of a sandbox starts, with the same settings: from a port to the broker's socket. */
export async function startForwarder(socketPath: string): Promise<AsyncDisposable & { readonly port: number }> {
  const port = await freePort()
  const from = `TCP-LISTEN:${port},bind=127.0.0.1,fork,reuseaddr,backlog=128,max-children=256`
  const argv = ['/usr/bin/socat', '-b', '65536', from, `UNIX-CONNECT:${socketPath}`]
  const child = spawnProcess(argv, { env: {}, stdio: 'ignore' })
  const exited = once(child, 'exit')
  for (let tries = 0; !(await answers(port)); tries += 1) {
    if (tries > 500) throw new Error('the forwarder does not listen')
    await sleep(10)
  }
  return {
    port,
    async [Symbol.asyncDispose]() {
      child.kill()
      await exited
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const port = portOf(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
