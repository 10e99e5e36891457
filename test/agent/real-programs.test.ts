import { access } from 'node:fs/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { adapters } from '../../worker/agent/create-agents.ts'
import { startModel } from '../model/start-model.ts'
import { bugFiles, mendTheBug } from './bug-to-mend.ts'
import { hostileSettings } from './hostile-settings.ts'
import { installedAgent } from './installed-agent.ts'
import { type AgentRun, runAgent } from './run-agent.ts'

const key = 'placeholder-0123456789-0123456789'
const { command: _, ...programs } = adapters
/** Together they are 600 MB to fetch: CI has all of them, everybody's test run the smallest. */
const chosen = process.env.CI === 'true' ? Object.values(programs) : [programs.pi]

/** Programs that look for something else than their model. In a sandbox there is no network to find it by. */
const curious = new Set(['opencode'])

/** Which instructions each reads by itself; the others are told of them by Airlock's own words. */
const readsItself: Readonly<Record<string, readonly string[]>> = {
  codex: ['AGENTS.md'],
  gemini: ['GEMINI.md'],
  pi: ['AGENTS.md'],
}
const instructions = Object.fromEntries(
  ['AGENTS.md', 'CLAUDE.md', 'GEMINI.md', 'QWEN.md', '.github/copilot-instructions.md'].map((path) => [
    path,
    `Words of ${path}.`,
  ]),
)
/** Takes the place of the agent's own system prompt, for programs that read a repository's environment. */
const systemPrompt = {
  '.env': 'GEMINI_SYSTEM_MD=./prompt.md\nQWEN_SYSTEM_MD=./prompt.md\n',
  'prompt.md': 'Words of prompt.md.',
}

/** Programs that read the repository's environment. */
const readsEnvironment = new Set(['gemini', 'qwen'])

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  )

describe.each(chosen)('the real program of $name', (agent) => {
  const files = hostileSettings[agent.name === 'command' ? 'pi' : agent.name]

  beforeAll(() => installedAgent(agent), 5 * 60_000)

  test('mends a bug in a loop of tool calls, and obeys no settings that the repository brings', async () => {
    await using model = await startModel({ script: mendTheBug, apiKey: key })

    const workspace = (sink: string) => ({ ...bugFiles, ...instructions, ...systemPrompt, ...files(sink) })
    await runAgent({ agent, model, key, workspace }, async (run) => {
      expect(await run.file('add.js')).toBe('exports.add = (a, b) => a + b\n')
      expect(run.exitCode).toBe(0)
      expect(run.events.at(-1)).toEqual({ kind: 'end', how: 'done' })
      expect(run.events.filter((event) => event.kind === 'tool')).toHaveLength(4)
      expect(run.events.filter((event) => event.kind === 'tool-result')).toHaveLength(4)
      expect(model.requests.map((request) => request.status)).toEqual([200, 200, 200, 200, 200])
      const told = model.requests.map(({ body }) => body).join()
      const read = [...Object.keys(instructions), 'prompt.md'].filter((path) => told.includes(`Words of ${path}.`))
      expect(read).toEqual(readsItself[agent.name] ?? [])
      if (!curious.has(agent.name)) expect(run.dialled).toEqual([new URL(model.url).host])
      expect(await exists(run.sink)).toBe(false)
    })
  }, 120_000)

  describe('whose model fails', () => {
    let run: AgentRun
    let told: string
    let obeyed: boolean

    // One run for what is asked below: each start of some of these programs takes seconds.
    beforeAll(async () => {
      const failure = { status: 400, message: 'no such model' }
      await using model = await startModel({ script: () => ({ failure }), apiKey: key })

      const workspace = (sink: string) => ({ ...bugFiles, ...systemPrompt, ...files(sink) })
      await runAgent({ agent, model, key, workspace, repositorySettings: true }, async (ended) => {
        run = ended
        obeyed = await exists(ended.sink)
      })
      told = model.requests.map(({ body }) => body).join()
    }, 120_000)

    test('fails, and says so', () => {
      expect(run.exitCode).not.toBe(0)
      expect(run.events).toContainEqual({ kind: 'error', message: expect.stringContaining('no such model') })
      expect(run.events.at(-1)).toEqual({ kind: 'end', how: 'error' })
    })

    test('control: the same settings are obeyed where the policy loads them', () => {
      expect(obeyed).toBe(true)
    })

    if (readsEnvironment.has(agent.name)) {
      test('control: takes a system prompt that a .env names, where the policy loads settings', () => {
        expect(told).toContain('Words of prompt.md.')
      })
    }
  })
})

test.each(['gpt-5.5', 'gemini-3.1-pro-preview'])(
  'pi speaks the API of %s',
  async (modelName) => {
    await using model = await startModel({ script: mendTheBug, apiKey: key })

    await runAgent({ agent: adapters.pi, model, key, modelName, workspace: () => bugFiles }, async (run) => {
      expect(run.events.filter((event) => event.kind === 'result')).toEqual([
        { kind: 'result', text: 'add() adds now.' },
      ])
      expect(run.stdout).not.toContain('message_update')
    })
  },
  60_000,
)
