import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { listen, portOf } from './broker-world.ts'

/** One of loopback that nobody listens on, for a program that has to be told its own. */
export async function freePort(): Promise<number> {
  const server = createServer()
  const stop = await listen(server)
  const port = portOf(server)
  await stop()
  return port
}

/** Does somebody listen on it? */
export async function answers(port: number): Promise<boolean> {
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
