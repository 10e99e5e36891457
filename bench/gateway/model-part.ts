/** A model that begins to answer at once, and streams as many events as it is asked for. */
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { z } from 'zod'
import { listen, portOf } from '../../test/broker/broker-world.ts'
import { servePart } from '../start-part.ts'

const askedSchema = z.object({ max_tokens: z.int() })
const delta = {
  type: 'content_block_delta',
  index: 0,
  delta: { type: 'text_delta', text: 'a few words of an answer ' },
}
const written = (event: { readonly type: string }) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`

const server = createServer(async (request, response) => {
  const { max_tokens: events } = askedSchema.parse(await json(request))
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(written({ type: 'message_start' }))
  for (let sent = 0; sent < events; sent += 1) {
    if (!response.write(written(delta))) await new Promise((resolve) => response.once('drain', resolve))
  }
  response.end(written({ type: 'message_stop' }))
})
await listen(server)
servePart({ url: `http://127.0.0.1:${portOf(server)}` })
