import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createPacedWriter } from '../../worker/github/paced-writer.ts'

const pace = { firstMs: 0, soonMs: 3000, laterMs: 20_000, laterPart: 0.1 }
const written: string[] = []
const write = async ({ text }: { text: string }) => void written.push(text)

beforeEach(() => {
  vi.useFakeTimers()
  written.length = 0
})
afterEach(() => vi.useRealTimers())

describe('a paced writer', () => {
  it('writes the first at once, then the newest of many, and the last one too', async () => {
    const writer = createPacedWriter(write, pace)

    writer.offer({ text: 'one' }, 'soon')
    await vi.advanceTimersByTimeAsync(0)
    writer.offer({ text: 'two' }, 'soon')
    writer.offer({ text: 'three' }, 'soon')
    await vi.advanceTimersByTimeAsync(2999)
    const early = [...written]
    await vi.advanceTimersByTimeAsync(1)

    expect(early).toEqual(['one'])
    expect(written).toEqual(['one', 'three'])
  })

  it('writes nothing of what is over before the first is due', async () => {
    const writer = createPacedWriter(write, { ...pace, firstMs: 1000 })

    writer.offer({ text: 'one' }, 'soon')
    writer.offer({ text: 'two' }, 'later')
    await vi.advanceTimersByTimeAsync(999)
    const early = [...written]
    await vi.advanceTimersByTimeAsync(1)

    expect(early).toEqual([])
    expect(written).toEqual(['two'])
  })

  it('brings forward what was to come later when something urgent comes', async () => {
    const writer = createPacedWriter(write, pace)
    writer.offer({ text: 'one' }, 'soon')
    await vi.advanceTimersByTimeAsync(0)

    writer.offer({ text: 'chatter' }, 'later')
    await vi.advanceTimersByTimeAsync(3000)
    const chatter = [...written]
    writer.offer({ text: 'next step' }, 'soon')
    await vi.advanceTimersByTimeAsync(0)

    expect(chatter).toEqual(['one'])
    expect(written).toEqual(['one', 'next step'])
  })

  it('is not hurried by what is said while it writes; and control: by a new step it is', async () => {
    const slow = vi.fn(async () => void (await new Promise((resolve) => setTimeout(resolve, 1000))))
    const writer = createPacedWriter(slow, pace)
    const chatter = async (ms: number) => {
      for (let at = 0; at < ms; at += 100) {
        writer.offer({ text: 'chatter' }, 'later')
        await vi.advanceTimersByTimeAsync(100)
      }
    }

    await chatter(20_000)
    const chattered = slow.mock.calls.length
    await chatter(1500)
    writer.offer({ text: 'next step' }, 'soon')
    await chatter(5000)

    expect(chattered).toBe(1)
    expect(slow).toHaveBeenCalledTimes(3)
  })

  it('writes at most sixty times in six hours of words', async () => {
    const writer = createPacedWriter(write, pace)

    for (let at = 0; at < 6 * 3600; at += 1) {
      writer.offer({ text: `word ${at}` }, 'later')
      await vi.advanceTimersByTimeAsync(1000)
    }

    expect(written.length).toBeGreaterThan(30)
    expect(written.length).toBeLessThanOrEqual(60)
  })

  it('drops what was not begun when it is disposed of, and writes nothing after that', async () => {
    const writer = createPacedWriter(write, pace)
    writer.offer({ text: 'one' }, 'soon')
    await vi.advanceTimersByTimeAsync(0)
    writer.offer({ text: 'two' }, 'soon')

    await writer[Symbol.asyncDispose]()
    writer.offer({ text: 'three' }, 'soon')
    await vi.advanceTimersByTimeAsync(60_000)

    expect(written).toEqual(['one'])
  })
})
