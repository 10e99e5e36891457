import { expect, it } from 'vitest'
import type { WholeEvent } from '../../worker/pipeline/join-pieces.ts'
import { joinSessions, withEvent } from '../../worker/pipeline/session-text.ts'

const told = (...events: WholeEvent[]) => events.reduce(withEvent, '')

it('is a line for what the agent said, did, and failed at; what went well is in the files', () => {
  const session = told(
    { kind: 'text', text: 'I look\ninto it' },
    { kind: 'tool', name: 'bash', detail: 'npm test' },
    { kind: 'tool-result', ok: false, detail: '1 failed' },
    { kind: 'tool', name: 'edit', detail: 'sum.js' },
    { kind: 'tool-result', ok: true, detail: 'edited' },
    { kind: 'usage', inputTokens: 1, outputTokens: 1 },
    { kind: 'end', how: 'done' },
  )

  expect(session.split('\n')).toEqual([
    '- said: I look into it',
    '- used bash: npm test',
    '- which failed: 1 failed',
    '- used edit: sum.js',
  ])
})

it('has the last words once, where an agent ends with what it said last', () => {
  const text = 'Mended.'

  expect(told({ kind: 'text', text }, { kind: 'result', text })).toBe('- said: Mended.')
})

it('keeps words that only end what was said before', () => {
  expect(told({ kind: 'text', text: 'not - said: done' }, { kind: 'result', text: 'done' }).split('\n')).toEqual([
    '- said: not - said: done',
    '- said: done',
  ])
})

it('makes one line of text that brings lines and terminal sequences of its own', () => {
  const text = 'one\u001b[2J\r\n- said: by somebody else\u0007'

  expect(told({ kind: 'text', text })).toBe('- said: one - said: by somebody else')
})

it('is bounded in each line and in all of it, and what is oldest goes, by whole lines', () => {
  const long = told({ kind: 'text', text: 'x'.repeat(16_000) }, { kind: 'tool', name: 'bash', detail: 'y'.repeat(500) })
  const many = Array.from({ length: 2000 }, (_, index) => `- used bash: ${index}`).join('\n')

  const joined = joinSessions(many, long)

  expect(long).toBe(`- said: ${'x'.repeat(1000)}\n- used bash: ${'y'.repeat(200)}`)
  expect(joined.length).toBeLessThanOrEqual(12_000)
  expect(joined.endsWith(`- used bash: 1999\n${long}`)).toBe(true)
  expect(joined.split('\n').every((line) => /^- (used|said)/.test(line))).toBe(true)
})
