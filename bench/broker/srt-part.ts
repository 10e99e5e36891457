/** The proxy of `@anthropic-ai/sandbox-runtime`, as its sandbox manager makes it, with one host on its list. */
import { createHttpProxyServer } from '@anthropic-ai/sandbox-runtime/dist/sandbox/http-proxy.js'
import { listen, portOf } from '../../test/broker/broker-world.ts'
import { servePart } from '../start-part.ts'

const server = createHttpProxyServer({ filter: (_port, host) => host === 'localhost' })
// As the broker's: a side that waits for its turn finds its connection open.
server.keepAliveTimeout = 600_000
await listen(server)
servePart({ port: portOf(server) })
