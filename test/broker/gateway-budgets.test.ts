import { describe, expect, it } from 'vitest'
import type { SpendBook } from '../../worker/pipeline/ports/spending.ts'
import { ask } from './ask.ts'
import { openGateway, sendJson, startModelSink } from './model-sink.ts'

/** $1.20 a turn. */
const answer = { usage: { input_tokens: 100_000, output_tokens: 100_000 } }
const budget = { account: 'owner:acme', whose: 'acme', usd: 2 }

/** A book that other jobs write in as well, and that can be away. */
function openBook() {
  const state = { spent: 0, away: false }
  const book: SpendBook = {
    async add(budgets, usd) {
      if (state.away) throw new Error('away')
      state.spent += usd
      return budgets.find((candidate) => state.spent >= candidate.usd) ?? null
    },
  }
  return { state, model: { costUsd: 50, day: { budgets: [budget], book } } }
}

const startSink = () => startModelSink((_request, response) => sendJson(response, answer))

describe('budgets of a day at the gateway', () => {
  it('let nothing through from when this session has spent the last of one', async () => {
    await using sink = await startSink()
    const { model } = openBook()
    await using broker = await openGateway(sink, { model })

    const statuses = [(await ask(broker)).status, (await ask(broker)).status]
    const third = await ask(broker)

    expect([...statuses, third.status]).toEqual([200, 200, 429])
    expect(third.text).toContain("the day's budget of acme is spent")
    expect(third.headers['x-should-retry']).toBe('false')
    expect(sink.requests).toHaveLength(2)
    expect(broker.session.modelStop()).toEqual({ kind: 'budget', budget })
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
