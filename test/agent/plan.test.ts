import { describe, expect, test } from 'vitest'
import { adapters } from '../../worker/agent/create-agents.ts'
import type { AgentPlanInput } from '../../worker/pipeline/ports/index.ts'

const input: AgentPlanInput = Object.freeze({
  home: '/home/airlock',
  toolDir: '/opt/airlock/agent',
  workspace: '/workspace',
  taskFile: '/home/airlock/.airlock/task.md',
  prompt: 'You work on a copy.\n/quit --model evil @/etc/passwd $(id)\n`id`',
  gateway: Object.freeze({
    anthropic: 'http://127.0.0.1:3128/anthropic',
    openai: 'http://127.0.0.1:3128/openai/v1',
    gemini: 'http://127.0.0.1:3128/gemini',
    key: 'placeholder-'.repeat(4),
  }),
  repositorySettings: false,
  command: Object.freeze(['node', 'tools/fix.js']),
})
const agents = Object.values(adapters)
const { command, ...programs } = adapters
const { claude, codex, pi } = programs
const installed = Object.values(programs)

test.each(agents)('$name: is the same plan for the same input', (agent) => {
  expect(agent.plan(input)).toEqual(agent.plan(structuredClone(input)))
})

test('tells whose key it needs, by the model where it knows several APIs', () => {
  const models = [undefined, 'gpt-5.5', 'gemini-3.1-pro-preview', 'eu.anthropic.claude-opus-5-v1:0']
  const asked = agents.map(({ name, provider }) =>
    [name, ...models.map((model) => provider(model)?.[0] ?? '-')].join(' '),
  )

  expect(asked).toEqual([
    ...['claude a a a a', 'codex o o o o', 'gemini g g g g', 'opencode a o g a', 'copilot a o o a', 'qwen o o o o'],
    ...['pi a o g a', 'command - - - -'],
  ])
})

test.each(agents)('$name: no text of the task is an argument, a variable or a file', (agent) => {
  const { argv, env, files } = agent.plan(input)

  expect(JSON.stringify({ argv, env, files })).not.toMatch(/evil|passwd|quit|\$\(id\)/)
})

test.each(installed)('$name: asks a model of its own choice where the policy names none', (agent) => {
  const models = [undefined, 'gpt-5.5', 'gemini-3.1-pro-preview', 'claude-opus-5'].map((model) => {
    return JSON.stringify(agent.plan({ ...input, model }))
  })

  for (const model of ['gpt-5.5', 'gemini-3.1-pro-preview', 'claude-opus-5']) {
    expect(models.filter((plan) => plan.includes(model)).length).toBeGreaterThan(0)
  }
})

test.each(installed)('$name: is told by its standard input alone', (agent) => {
  expect(agent.plan(input).stdin).toBe(input.prompt)
})

test.each(agents)('$name: files stay below its home', (agent) => {
  for (const { path } of agent.plan(input).files) expect(path).toMatch(/^\.[a-z]+\/[a-z./]+$/)
})

describe('the model', () => {
  test('is reached through the gateway with the placeholder', () => {
    for (const agent of agents) {
      const { env, files } = agent.plan(input)
      const said = JSON.stringify({ env, files: files.map((file) => file.content) })

      expect(said).toContain('http://127.0.0.1:3128/')
      expect(said).toContain(input.gateway.key)
    }
  })

  test('decides the wire format that pi speaks', () => {
    const fileFor = (model: string) =>
      JSON.parse(pi.plan({ ...input, model }).files[0]?.content ?? '').providers.airlock

    expect(fileFor('claude-opus-5')).toMatchObject({ api: 'anthropic-messages', baseUrl: input.gateway.anthropic })
    expect(fileFor('gpt-5.5')).toMatchObject({ api: 'openai-responses', baseUrl: input.gateway.openai })
  })

  test('is named where the policy names one', () => {
    const model = 'a "model"\n[evil]'

    expect(claude.plan({ ...input, model }).argv.slice(-2)).toEqual(['--model', model])
    expect(codex.plan({ ...input, model }).files[0]?.content).toContain('model = "a \\"model\\"\\n[evil]"\n')
    expect(codex.plan(input).files[0]?.content).not.toMatch(/^model =/m)
  })
})

test('a command runs as it was given, with the model where programs of its kind look for it', () => {
  const { argv, env } = command.plan(input)

  expect(argv).toEqual(['node', 'tools/fix.js'])
  expect(Object.keys(env)).toEqual([
    'ANTHROPIC_BASE_URL',
    'ANTHROPIC_API_KEY',
    'OPENAI_BASE_URL',
    'OPENAI_API_KEY',
    'GOOGLE_GEMINI_BASE_URL',
    'GEMINI_API_KEY',
  ])
})

test('refuses the agent `command` without a command', () => {
  expect(() => command.plan({ ...input, command: undefined })).toThrow(TypeError)
  expect(() => command.plan({ ...input, command: [] })).toThrow(TypeError)
})
