import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { z } from 'zod'
import { startForwarder } from '../test/broker/start-forwarder.ts'
import type { Bench } from './bench.ts'
import type { Figure } from './figure.ts'
import { interleave, type Sample, summarise } from './measure.ts'
import { startPart } from './start-part.ts'

const rounds = 200
const events = 2000
const promptBytes = 200 * 1024

/** Where a model is asked from here, and with which key. */
interface Door {
  readonly port: number
  readonly path: string
  readonly key: string
}

export const gateway: Bench = {
  about: 'a streamed answer of a model through the gateway, and the same straight from it, on loopback',
  async run({ say }) {
    await using model = await startPart('gateway/model-part.ts', z.object({ url: z.url() }))
    const { url } = model.facts
    const facts = z.object({ socketPath: z.string(), key: z.string() })
    await using part = await startPart('gateway/gateway-part.ts', facts, { MODEL_URL: url })
    await using forwarder = await startForwarder(part.facts.socketPath)
    await using stack = new AsyncDisposableStack()
    const agent = stack.adopt(new Agent({ keepAlive: true }), (open) => open.destroy())
    const door = { port: forwarder.port, path: '/anthropic/v1/messages', key: part.facts.key }
    const direct = { port: Number(new URL(url).port), path: '/v1/messages', key: 'any' }
    say(
      `a prompt of ${promptBytes / 1024} KiB on an open connection; ${events} events, of which the first is timed too`,
    )
    const sides = new Map([
      ['ours', () => stream(agent, door)],
      ['direct', () => stream(agent, direct)],
    ])
    const samples = await interleave(sides, { rounds, warmUp: 5 })
    const figure = (what: string, metric: string): Figure => ({
      ...{ what, unit: 'ms', aim: null, ours: summarise(samples.get('ours') ?? [], metric) },
      other: { name: 'direct', summary: summarise(samples.get('direct') ?? [], metric) },
    })
    return [figure('first byte of a streamed answer', 'first'), figure('the whole of it', 'whole')]
  },
}

const body = JSON.stringify({
  model: 'claude-sonnet-5',
  max_tokens: events,
  stream: true,
  messages: [{ role: 'user', content: 'x'.repeat(promptBytes) }],
})

async function stream(agent: Agent, { port, path, key }: Door): Promise<Sample> {
  const headers = { 'x-api-key': key, 'content-type': 'application/json', 'content-length': body.length }
  const startedAt = performance.now()
  const asking = request({ host: '127.0.0.1', port, path, method: 'POST', agent, headers }).end(body)
  const [response]: IncomingMessage[] = await once(asking, 'response')
  if (response?.statusCode !== 200) throw new Error(`the answer was ${response?.statusCode}`)
  let first: number | null = null
  for await (const _chunk of response) first ??= performance.now() - startedAt
  if (first === null) throw new Error('the answer was empty')
  return { first, whole: performance.now() - startedAt }
}
