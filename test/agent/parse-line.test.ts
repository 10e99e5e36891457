import { describe, expect, test } from 'vitest'
import { adapters } from '../../worker/agent/create-agents.ts'
import { createPieceJoiner } from '../../worker/pipeline/join-pieces.ts'
import { readRecorded } from './read-recorded.ts'

const { command, ...programs } = adapters
const { pi, claude, codex } = programs
const readers = Object.values(programs)

/** What each calls its tools for reading, running and editing. */
const toolNames = {
  claude: ['Read', 'Bash', 'Edit', 'Bash'],
  codex: ['shell', 'shell', 'edit', 'shell'],
  gemini: ['read_file', 'run_shell_command', 'replace', 'run_shell_command'],
  opencode: ['read', 'bash', 'edit', 'bash'],
  copilot: ['view', 'bash', 'edit', 'bash'],
  qwen: ['read_file', 'run_shell_command', 'edit', 'run_shell_command'],
  pi: ['read', 'bash', 'edit', 'bash'],
} as const

describe.each(Object.entries(programs))('a whole session of %s', (name, agent) => {
  const events = readRecorded(name)
    .flatMap((line) => agent.parseLine(line))
    .flatMap(createPieceJoiner())

  test('is read into calls, closing words and a clean end', () => {
    const said = events.filter((event) => event.kind === 'text' || event.kind === 'result')

    expect(events.flatMap((event) => (event.kind === 'tool' ? [event.name] : []))).toEqual(Object(toolNames)[name])
    expect(said.at(-1)?.text).toMatch(/^add\(\) (?:now adds|adds now)\.$/)
    expect(events.filter((event) => event.kind === 'error')).toEqual([])
    expect(events.findLast((event) => event.kind === 'end')).toEqual({ kind: 'end', how: 'done' })
  })

  test('that its model refused is read as an error', () => {
    const refused = readRecorded(`${name}-refused`).flatMap((line) => agent.parseLine(line))

    expect(refused.map((event) => event.kind)).toContain('error')
    expect(refused.at(-1)).toEqual({ kind: 'end', how: 'error' })
    expect(refused.some((event) => event.kind === 'result')).toBe(false)
  })
})

test('tells a limit and a refusal from an error', () => {
  const result = { type: 'result', is_error: true, subtype: 'error_max_turns' }
  const step = (reason: string) => ({
    type: 'step_finish',
    part: { reason, tokens: { input: 1, output: 1, reasoning: 0, cache: { read: 0, write: 0 } } },
  })
  const end = (agent: (typeof readers)[number], line: unknown) => agent.parseLine(JSON.stringify(line)).at(-1)

  expect(end(claude, result)).toEqual({ kind: 'end', how: 'limit' })
  expect(end(claude, { ...result, subtype: 'success', stop_reason: 'refusal' })).toEqual({
    kind: 'end',
    how: 'refusal',
  })
  expect(end(programs.opencode, step('length'))).toEqual({ kind: 'end', how: 'limit' })
  expect(end(programs.opencode, step('content-filter'))).toEqual({ kind: 'end', how: 'refusal' })
})

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

test('reads a whole session of Codex', () => {
  const events = readRecorded('codex').flatMap((line) => codex.parseLine(line))

  expect(events.flatMap((event) => (event.kind === 'tool' ? [event] : []))).toEqual([
    { kind: 'tool', name: 'shell', detail: "/bin/bash -lc 'cat add.js'" },
    { kind: 'tool', name: 'shell', detail: "/bin/bash -lc 'node --test'" },
    { kind: 'tool', name: 'edit', detail: '/workspace/add.js' },
    { kind: 'tool', name: 'shell', detail: "/bin/bash -lc 'node --test'" },
  ])
  expect(events.findLast((event) => event.kind === 'text')).toEqual({ kind: 'text', text: 'add() now adds.' })
  expect(events.at(-2)?.kind).toBe('usage')
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
      JSON.stringify({ type: 'message', role: 'assistant', content: long }),
      JSON.stringify({ type: 'text', part: { text: long } }),
      JSON.stringify({ type: 'assistant.message', data: { content: long } }),
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
      { type: 'result', status: 'success', stats: tokens },
      {
        type: 'step_finish',
        part: { reason: 'stop', tokens: { ...usage, reasoning: -1, cache: { read: 'x', write: [] } } },
      },
    ]

    const events = lines.flatMap((line) => agent.parseLine(JSON.stringify(line)))

    expect(events.filter((event) => event.kind !== 'end')).toEqual([])
  })
})
