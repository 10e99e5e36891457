import { describe, expect, it } from 'vitest'
import type { Quota } from '../../worker/contract/index.ts'
import type { SpendBook } from '../../worker/pipeline/ports/spending.ts'
import { ask } from './ask.ts'
import { openGateway, sendJson, startModelSink } from './model-sink.ts'

/** $1.20 a turn. */
const answer = { usage: { input_tokens: 100_000, output_tokens: 100_000 } }
const budget = { account: 'owner:acme', whose: 'acme', unit: 'usd', most: 2 } as const
const nothing = { usd: 0, tokens: 0 }

/** A book that other jobs write in as well, and that can be away. */
function openBook(quota: Quota = budget) {
  const state = { spent: 0, tokens: 0, away: false }
  const book: SpendBook = {
    async add(quotas, { usd, tokens } = nothing) {
      if (state.away) throw new Error('away')
      state.spent += usd
      state.tokens += tokens
      return quotas.find(({ unit, most }) => (unit === 'usd' ? state.spent : state.tokens) >= most) ?? null
    },
  }
  return { state, model: { costUsd: 50, day: { quotas: [quota], book } } }
}

const startSink = () => startModelSink((_request, response) => sendJson(response, answer))

describe('quotas of a day at the gateway', () => {
  it('let nothing through from when this session has spent the last of one', async () => {
    await using sink = await startSink()
    const { model } = openBook()
    await using broker = await openGateway(sink, { model })

    const statuses = [(await ask(broker)).status, (await ask(broker)).status]
    const third = await ask(broker)

    expect([...statuses, third.status]).toEqual([200, 200, 429])
    expect(third.text).toContain("nothing is left of the day's budget of acme, 2 USD")
    expect(third.headers['x-should-retry']).toBe('false')
    expect(sink.requests).toHaveLength(2)
    expect(broker.session.modelStop()).toEqual({ kind: 'quota', quota: budget })
  })

  it('count tokens in the same way', async () => {
    await using sink = await startSink()
    const quota = { account: 'repository:7', whose: 'acme/api', unit: 'tokens', most: 400_000 } as const
    const { model, state } = openBook(quota)
    await using broker = await openGateway(sink, { model })

    const statuses = [(await ask(broker)).status, (await ask(broker)).status, (await ask(broker)).status]

    expect(statuses).toEqual([200, 200, 429])
    expect(state.tokens).toBe(400_000)
    expect(broker.session.modelStop()).toEqual({ kind: 'quota', quota })
  })

  it('see what other jobs spend meanwhile', async () => {
    await using sink = await startSink()
    const { model, state } = openBook()
    await using broker = await openGateway(sink, { model })

    const first = await ask(broker)
    state.spent += 1
    const second = await ask(broker)

    expect([first.status, second.status]).toEqual([200, 429])
    expect(sink.requests).toHaveLength(1)
  })

  it('let nothing through while the book cannot be read (spending on while it is away)', async () => {
    await using sink = await startSink()
    const { model, state } = openBook()
    await using broker = await openGateway(sink, { model })

    state.away = true
    const away = await ask(broker)
    state.away = false
    const back = await ask(broker)

    expect([away.status, back.status]).toEqual([503, 200])
    expect(broker.session.modelStop()).toBeNull()
  })

  it('write down later what could not be written at once', async () => {
    await using sink = await startModelSink((_request, response) => {
      state.away = true
      sendJson(response, answer)
    })
    const { model, state } = openBook()
    await using broker = await openGateway(sink, { model })

    await ask(broker)
    state.away = false
    await ask(broker)

    expect(state.spent).toBeCloseTo(1.2)
  })
})
