import { describe, expect, test } from 'vitest'
import { claude } from '../../worker/agent/claude.ts'
import { codex } from '../../worker/agent/codex.ts'
import { command } from '../../worker/agent/command.ts'
import { pi } from '../../worker/agent/pi.ts'
import { readRecorded } from './read-recorded.ts'

const readers = [pi, claude, codex]

test('reads a whole session of pi', () => {
  const events = readRecorded('pi').flatMap((line) => pi.parseLine(line))

  expect(events.filter((event) => event.kind === 'tool')).toEqual([
    { kind: 'tool', name: 'read', detail: 'add.js' },
    { kind: 'tool', name: 'bash', detail: 'node --test' },
    { kind: 'tool', name: 'edit', detail: 'add.js' },
    { kind: 'tool', name: 'bash', detail: 'node --test' },
  ])
  expect(events.filter((event) => event.kind === 'usage')).toHaveLength(5)
  expect(events.filter((event) => event.kind === 'result')).toEqual([{ kind: 'result', text: 'add() now adds.' }])
  expect(events.filter((event) => event.kind === 'error')).toEqual([])
})

test('reads a whole session of Claude Code', () => {
  const events = readRecorded('claude').flatMap((line) => claude.parseLine(line))

  expect(events.flatMap((event) => (event.kind === 'tool' ? [event.name] : []))).toEqual([
    'Read',
    'Bash',
    'Edit',
    'Bash',
  ])
  expect(events.slice(-2)).toEqual([
    { kind: 'usage', inputTokens: expect.any(Number), outputTokens: expect.any(Number) },
    { kind: 'result', text: 'add() now adds.' },
  ])
})

test('reads a whole session of Codex', () => {
  const events = readRecorded('codex').flatMap((line) => codex.parseLine(line))

  expect(events.flatMap((event) => (event.kind === 'tool' ? [event] : []))).toEqual([
    { kind: 'tool', name: 'shell', detail: "/bin/bash -lc 'cat add.js'" },
    { kind: 'tool', name: 'shell', detail: "/bin/bash -lc 'node --test'" },
    { kind: 'tool', name: 'edit', detail: '/workspace/add.js' },
    { kind: 'tool', name: 'shell', detail: "/bin/bash -lc 'node --test'" },
  ])
  expect(events.findLast((event) => event.kind === 'text')).toEqual({ kind: 'text', text: 'add() now adds.' })
  expect(events.at(-1)?.kind).toBe('usage')
})

test.each(readers)('$name: says that its model refused it', (agent) => {
  const events = readRecorded(`${agent.name}-refused`).flatMap((line) => agent.parseLine(line))

  expect(events.at(-1)?.kind).toBe('error')
  expect(events.some((event) => event.kind === 'result')).toBe(false)
})

test('does not read the output of a command', () => {
  expect(command.parseLine('{"type":"result","result":"all done"}')).toEqual([])
})

describe.each(readers)('hostile output as if from $name', (agent) => {
  const deep = `${'{"type":"assistant","message":'.repeat(5_000)}1${'}'.repeat(5_000)}`
  const nested = (type: string) =>
    `{"type":"${type}","toolName":"x","args":${'['.repeat(100_000)}${']'.repeat(100_000)}}`

  test.each([
    ['nothing', ''],
    ['no JSON', 'Segmentation fault'],
    ['half a line', '{"type":"assistant","message":{"content":[{"type":"te'],
    ['null', 'null'],
    ['another shape', '{"type":"message_end","message":7}'],
    ['an unknown type', '{"type":"approve","by":"the host"}'],
    ['a prototype', '{"__proto__":{"type":"error","message":"x"}}'],
    ['ten megabytes', `{"type":"error","message":"${'x'.repeat(10 * 1024 * 1024)}"}`],
    ['deep objects', deep],
  ])('is ignored: %s', (_, line) => {
    expect(agent.parseLine(line)).toEqual([])
  })

  test('is cut to a bounded length and a bounded count', () => {
    const long = 'x'.repeat(1_000_000)
    const lines = [
      JSON.stringify({ type: 'tool_execution_start', toolName: long, args: { command: long } }),
      JSON.stringify({
        type: 'message_end',
        message: {
          role: 'assistant',
          content: [{ type: 'text', text: long }],
          stopReason: 'error',
          errorMessage: long,
          usage: {},
        },
      }),
      JSON.stringify({
        type: 'assistant',
        message: { content: Array.from({ length: 10_000 }, () => ({ type: 'tool_use', name: 'Bash', input: {} })) },
      }),
      JSON.stringify({ type: 'result', subtype: 'x', is_error: true, result: long }),
      JSON.stringify({ type: 'item.completed', item: { type: 'agent_message', text: long } }),
      JSON.stringify({ type: 'item.started', item: { type: 'command_execution', command: long } }),
      nested('tool_execution_start'),
    ]

    const answers = lines.map((line) => agent.parseLine(line))

    expect(answers.some((events) => events.length > 0)).toBe(true)
    for (const events of answers) {
      expect(events.length).toBeLessThanOrEqual(64)
      expect(JSON.stringify(events).length).toBeLessThan(50_000)
    }
  })

  test('claims no tokens by numbers that are none', () => {
    const usage = { input: -5, output: 1e308, cacheRead: 'NaN', cacheWrite: 0.5 }
    const tokens = {
      input_tokens: -5,
      output_tokens: 1e308,
      cache_creation_input_tokens: null,
      cache_read_input_tokens: [],
    }
    const lines = [
      { type: 'message_end', message: { role: 'assistant', content: [], stopReason: 'stop', usage } },
      { type: 'result', subtype: 'success', is_error: false, result: '', usage: tokens },
      { type: 'turn.completed', usage: tokens },
    ]

    expect(lines.flatMap((line) => agent.parseLine(JSON.stringify(line)))).toEqual([])
  })
})
