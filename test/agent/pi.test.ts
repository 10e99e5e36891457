import { beforeAll, expect, test } from 'vitest'
import { pi } from '../../worker/agent/pi.ts'
import { fixTheBug } from '../model/fix-the-bug.ts'
import { startModel } from '../model/start-model.ts'
import { installedAgent } from './installed-agent.ts'
import { runAgent } from './run-agent.ts'

const key = 'placeholder-0123456789-0123456789'
const script = fixTheBug({
  path: 'add.js',
  from: 'a - b',
  to: 'a + b',
  test: 'node --test --test-reporter=tap',
  passed: /^# fail 0$/m,
  summary: 'add() adds now.',
})
const workspace = {
  'add.js': 'exports.add = (a, b) => a - b\n',
  'add.test.js': [
    "const { equal } = require('node:assert')",
    "const { test } = require('node:test')",
    "const { add } = require('./add.js')",
    "test('adds', () => equal(add(2, 3), 5))",
    '',
  ].join('\n'),
}

beforeAll(() => installedAgent(pi), 5 * 60_000)

test.each(['claude-sonnet-5', 'gpt-5.5'])(
  'mends a bug in a real loop of tool calls with %s',
  async (modelName) => {
    await using model = await startModel({ script, apiKey: key })

    await runAgent({ agent: pi, model, key, modelName, workspace }, async (run) => {
      expect(await run.file('add.js')).toBe('exports.add = (a, b) => a + b\n')
      expect(run.exitCode).toBe(0)
      expect(run.events.filter((event) => event.kind === 'result')).toEqual([
        { kind: 'result', text: 'add() adds now.' },
      ])
      expect(model.requests.map((request) => request.status)).toEqual([200, 200, 200, 200, 200])
      expect(run.stdout).not.toContain('message_update')
    })
  },
  30_000,
)

test('dials its model and nothing else', async () => {
  await using model = await startModel({ script, apiKey: key })

  await runAgent({ agent: pi, model, key, workspace }, async (run) => {
    expect(run.exitCode).toBe(0)
    expect(run.dialled).toEqual([new URL(model.url).host])
  })
}, 30_000)

test('ends with 1 when its model fails', async () => {
  const failure = { status: 400, message: 'no such model' }
  await using model = await startModel({ script: () => ({ failure }), apiKey: key })

  await runAgent({ agent: pi, model, key, workspace }, async (run) => {
    expect(run.exitCode).toBe(1)
    expect(run.events).toEqual([{ kind: 'error', message: expect.stringContaining('no such model') }])
  })
}, 30_000)

test('does not run an extension that the repository brings', async () => {
  const canary = "import { writeFileSync } from 'node:fs'\nwriteFileSync('ran', '')\nexport default () => {}\n"
  const hostile = { ...workspace, '.pi/extensions/canary.ts': canary }
  await using model = await startModel({ script, apiKey: key })

  await runAgent({ agent: pi, model, key, workspace: hostile }, async (run) => {
    await expect(run.file('ran')).rejects.toMatchObject({ code: 'ENOENT' })
  })
  const control = {
    agent: pi,
    model,
    key,
    workspace: hostile,
    changePlan: (plan: ReturnType<typeof pi.plan>) => ({
      ...plan,
      argv: plan.argv.filter((argument) => argument !== '--no-extensions'),
    }),
  }
  await runAgent(control, async (run) => {
    expect(await run.file('ran')).toBe('')
  })
}, 30_000)
