/** A Probot as its documentation starts one, that does nothing: signature, JSON, dispatch to nobody. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createNodeMiddleware, createProbot } from 'probot'
import { portOf } from '../../test/broker/broker-world.ts'
import { servePart } from '../start-part.ts'

const handle = await createNodeMiddleware(() => undefined, {
  probot: createProbot(),
  webhooksPath: '/api/github/webhooks',
})
const server = createServer((request, response) => {
  void handle(request, response, () => response.writeHead(404).end())
}).listen(0, '127.0.0.1')
await once(server, 'listening')
servePart({ url: `http://127.0.0.1:${portOf(server)}/api/github/webhooks` })
