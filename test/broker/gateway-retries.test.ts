import { describe, expect, it } from 'vitest'
import { brokerLimits } from '../../worker/broker/broker-limits.ts'
import { ask, begin } from './ask.ts'
import { type Answer, openGateway, sendJson, startModelSink } from './model-sink.ts'

const fine = { usage: { input_tokens: 1, output_tokens: 1 } }

/** Answers with these one after the other, then with 200. */
function answering(...first: Answer[]): Answer {
  const left = [...first]
  return (request, response, body) => {
    const next = left.shift()
    return next === undefined ? sendJson(response, fine) : next(request, response, body)
  }
}

const status =
  (code: number, headers: Readonly<Record<string, string>> = { 'retry-after-ms': '1' }): Answer =>
  (_request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    sendJson(response, { error: code }, code)
  }
const hangUp: Answer = (request) => void request.socket.destroy()

describe('a provider that would answer in a moment', () => {
  it.each([
    ['429', answering(status(429))],
    ['529 twice', answering(status(529), status(529))],
    ['what it calls passing', answering(status(409, { 'retry-after-ms': '1', 'x-should-retry': 'true' }))],
    ['a connection that breaks before the answer', answering(hangUp)],
  ])('is asked again after %s: the client gets the answer, and the record each try', async (_name, answer) => {
    await using sink = await startModelSink(answer)
    await using broker = await openGateway(sink)

    const reply = await ask(broker)

    expect(reply).toMatchObject({ status: 200, text: JSON.stringify(fine) })
    expect(broker.decisions.map(({ allowed }) => allowed)).toEqual(sink.requests.map(() => true))
    expect(broker.decisions.slice(1).map(({ reason }) => reason)).toEqual(
      sink.requests
        .slice(1)
        .map(() => expect.stringMatching(/^\/v1\/messages, model claude-sonnet-5, again in \d+ ms: /)),
    )
    expect(new Set(sink.requests.map(({ body }) => body)).size).toBe(1)
    expect(broker.exchanges).toMatchObject([{ status: 200 }])
    expect(broker.session.usage().requests).toBe(1)
  })

  it.each([
    ['429 that it says is final', status(429, { 'x-should-retry': 'false' }), 429],
    ['a wrong request', status(400), 400],
    ['a longer wait than there is time for', status(503, { 'retry-after': '61' }), 503],
    ['a date that is far away', status(429, { 'retry-after': 'Fri, 01 Jan 2100 00:00:00 GMT' }), 429],
  ])('is not asked again after %s', async (_name, answer, code) => {
    await using sink = await startModelSink(answering(answer))
    await using broker = await openGateway(sink)

    const reply = await ask(broker)

    expect(reply.status).toBe(code)
    expect(sink.requests).toHaveLength(1)
    expect(broker.decisions).toHaveLength(1)
  })

  it('is asked a bounded number of times, and its last word is given on', async () => {
    await using sink = await startModelSink(status(529))
    await using broker = await openGateway(sink)

    const reply = await ask(broker)

    expect(reply).toMatchObject({ status: 529, text: '{"error":529}', headers: { 'retry-after-ms': '1' } })
    expect(sink.requests).toHaveLength(1 + brokerLimits.modelRetries)
    expect(broker.decisions).toHaveLength(1 + brokerLimits.modelRetries)
    expect(broker.session.usage().costUsd).toBe(0)
  })

  it('is asked no more when the waits together would be too long', async () => {
    await using sink = await startModelSink(status(529, { 'retry-after-ms': '4' }))
    await using broker = await openGateway(sink, { deps: { limits: { ...brokerLimits, modelRetryMs: 10 } } })

    await ask(broker)

    expect(sink.requests).toHaveLength(3)
  })

  it('is asked no more when the session may send no more', async () => {
    await using sink = await startModelSink(status(529))
    await using broker = await openGateway(sink, { deps: { limits: { ...brokerLimits, modelUploadBytes: 1000 } } })

    await ask(broker, { body: { model: 'm', messages: 'a'.repeat(300) } })

    expect(sink.requests).toHaveLength(3)
  })

  it('is not asked again once a byte of its answer was given on', async () => {
    await using sink = await startModelSink((request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: {}\n\n', () => request.socket.destroy())
    })
    await using broker = await openGateway(sink)

    const response = await begin(broker.socketPath, { headers: { 'x-api-key': broker.session.placeholderKey } })
    const read = async () => {
      for await (const _chunk of response);
    }

    await expect(read()).rejects.toThrow()
    expect(sink.requests).toHaveLength(1)
  })

  it('is not asked again for a session that has ended while it waited', async () => {
    await using sink = await startModelSink(status(429, { 'retry-after': '30' }))
    const broker = await openGateway(sink)
    const refused = expect(ask(broker)).rejects.toThrow()
    // The decision to ask again is made just before the wait.
    await expect.poll(() => broker.decisions.length).toBe(2)

    await broker[Symbol.asyncDispose]()

    await refused
    expect(sink.requests).toHaveLength(1)
  })
})
