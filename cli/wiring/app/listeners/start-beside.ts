import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AppServerDeps } from '../../../../app/server.ts'
import type { ListenerData } from './messages.ts'
import { type HandOver, type SecondListener, startSecondListener } from './start-second-listener.ts'

export interface BesideDeps extends Omit<ListenerData, 'restSocket'>, Pick<AppServerDeps, 'rest' | 'log'> {
  /** Gets what the second listener wrote down. */
  readonly handOver: HandOver
}

/** The second listener, with a socket to the main thread, where all but webhooks is answered. */
export async function startBeside({ rest, log, handOver, ...data }: BesideDeps): Promise<SecondListener> {
  await using stack = new AsyncDisposableStack()
  // In no folder, so that nothing is left of an app that is killed. Who can connect to it can connect to the port too.
  const restSocket = `\0airlock-app-${randomUUID()}`
  const server = createServer((request, response) => {
    rest(request, response).catch((error: unknown) => {
      log.error({ err: error }, 'a request could not be answered')
      response.destroy()
    })
  }).listen(restSocket)
  await once(server, 'listening')
  stack.defer(() => {
    server.close()
    server.closeAllConnections()
  })
  const { redisUrl, webhookSecret, logLevel, host, port, burst } = data
  const second = await startSecondListener(
    { redisUrl, webhookSecret, logLevel, host, port, burst, restSocket },
    handOver,
  )
  const owned = stack.move()
  return {
    async close(graceMs) {
      await second.close(graceMs)
      await owned.disposeAsync()
    },
  }
}
