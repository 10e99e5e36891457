/** The app in a process of its own, which says how much memory it has: `/ready` lists it as what is missing. */
import { createRest } from '../../../app/rest.ts'
import { createAppServer } from '../../../app/server.ts'

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const server = createAppServer({
  webhookSecret: 'a webhook secret for tests',
  intake: { accept: async () => 'accepted', acceptLife: async () => 'accepted' },
  pulls: { accept: async () => 'accepted' },
  rest: createRest({ log, checkReadiness: async () => [String(process.memoryUsage.rss())] }),
  log,
})
const { port } = await server.listen({ host: '127.0.0.1', port: 0 })
process.stdout.write(`${port}\n`)
