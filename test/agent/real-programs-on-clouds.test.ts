import { beforeAll, expect, test } from 'vitest'
import { adapters } from '../../worker/agent/create-agents.ts'
import { bedrockSaying, claudeModel, openBedrock } from '../broker/cloud/bedrock-world.ts'
import { startForwarder } from '../broker/start-forwarder.ts'
import { bugFiles, mendTheBug } from './bug-to-mend.ts'
import { installedAgent } from './installed-agent.ts'
import { runAgent } from './run-agent.ts'

/** Both speak Anthropic Messages. CI has both, everybody's test run the small one. */
const chosen = process.env.CI === 'true' ? [adapters.claude, adapters.pi] : [adapters.pi]

beforeAll(async () => {
  for (const agent of chosen) await installedAgent(agent)
}, 5 * 60_000)

test.each(chosen)(
  'the real program of $name mends a bug with a model on Bedrock',
  async (agent) => {
    await using bedrock = await bedrockSaying('', { script: mendTheBug })
    await using broker = await openBedrock(bedrock)
    await using door = await startForwarder(broker.socketPath)
    const options = {
      agent,
      model: { url: `http://127.0.0.1:${door.port}/anthropic` },
      key: broker.session.placeholderKey,
      modelName: claudeModel,
      env: Object.fromEntries(Object.entries(broker.session.env).filter(([name]) => name.startsWith('CLAUDE_'))),
      workspace: () => bugFiles,
    }

    await runAgent(options, async (run) => {
      expect(bedrock.requests.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
      expect(await run.file('add.js')).toBe('exports.add = (a, b) => a + b\n')
      expect(run.events.at(-1)).toEqual({ kind: 'end', how: 'done' })
      expect(broker.session.usage()).toMatchObject({ requests: 5, outputTokens: 100 })
    })
  },
  120_000,
)
