import { describe, expect, it } from 'vitest'
import { boundText, createAnswerReader } from '../../worker/broker/gateway/answer-reader.ts'
import { anthropic } from '../../worker/broker/gateway/anthropic.ts'

const MiB = 1024 * 1024
const usage = (tokens: number) => `data: {"type":"message_delta","usage":{"output_tokens":${tokens}}}\n\n`

describe('reading along with an answer', () => {
  it('finds the usage however the events are cut, also within a character', () => {
    const bytes = Buffer.from(`data: {"text":"ä€😀"}\n\n${usage(7)}`)
    for (let size = 1; size < bytes.length; size += 1) {
      const reader = createAnswerReader(anthropic, 'text/event-stream; charset=utf-8', 1000)
      for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size))

      expect(reader.counts()).toEqual({ output: 7 })
      expect(reader.text()).toBe(bytes.toString())
      expect(reader.bytes()).toBe(bytes.length)
    }
  })

  it('gives up on usage, not on the answer, when an event is without end', () => {
    const reader = createAnswerReader(anthropic, 'text/event-stream', 10)
    reader.push(Buffer.from(usage(7)))
    reader.push(Buffer.from('data: '))
    for (let pushed = 0; pushed < 10; pushed += 1) reader.push(Buffer.alloc(MiB, 'x'))
    reader.push(Buffer.from(`\n\n${usage(9)}`))

    expect(reader.counts()).toEqual({ output: 7 })
    expect(reader.text()).toHaveLength(10)
  })

  it.each([
    ['no JSON', 'data: nothing\n\n'],
    ['a number for usage', 'data: {"usage":7}\n\n'],
    ['negative tokens', 'data: {"usage":{"output_tokens":-5}}\n\n'],
    ['tokens that are text', 'data: {"usage":{"output_tokens":"5"}}\n\n'],
    ['more tokens than a number holds', 'data: {"usage":{"output_tokens":1e400}}\n\n'],
  ])('does not believe %s', (_name, event) => {
    const reader = createAnswerReader(anthropic, 'text/event-stream', 1000)
    reader.push(Buffer.from(event))

    expect(reader.counts()).toEqual({})
  })
})

describe('a text for the record', () => {
  it('keeps its beginning and its end', () => {
    expect(boundText(Buffer.from('abcdefgh'), 8)).toBe('abcdefgh')
    expect(boundText(Buffer.from('abcdefgh'), 4)).toBe('ab\n[4 bytes left out]\ngh')
  })
})
