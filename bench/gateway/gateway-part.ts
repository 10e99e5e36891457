/** The broker as a worker opens it for an agent, whose provider is the bench's own. */
import { z } from 'zod'
import { openWorld } from '../../test/broker/broker-world.ts'
import { servePart } from '../start-part.ts'

const { MODEL_URL } = z.object({ MODEL_URL: z.url() }).parse(process.env)
const upstream = { baseUrl: MODEL_URL, apiKey: 'sk-of-the-bench-0123456789' }
const world = await openWorld({
  phase: 'agent',
  model: { costUsd: 1_000_000 },
  deps: { upstreams: { anthropic: upstream, openai: upstream, gemini: upstream } },
})
servePart(
  { socketPath: world.socketPath, key: world.session.placeholderKey },
  { end: () => world[Symbol.asyncDispose]() },
)
