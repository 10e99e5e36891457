import { z } from 'zod'
import manifest from '../../sandbox-images/agents/copilot/package.json' with { type: 'json' }
import type { AgentEvent, AgentPlan, AgentPlanInput } from '../pipeline/ports/index.ts'
import type { InstallableAgent } from './agent-adapter.ts'
import { endEvent, errorEvent, textEvents, toolEvent, toolResultEvent } from './agent-events.ts'
import { readJsonLine } from './read-json-line.ts'
import { wireOfModel } from './wire-of-model.ts'

const platform = process.arch === 'arm64' ? 'linux-arm64' : 'linux-x64'

const install = {
  package: '@github/copilot',
  version: manifest.dependencies['@github/copilot'],
  entry: `node_modules/@github/copilot-${platform}/copilot`,
  runtime: 'native',
} as const

const defaultModel = 'claude-sonnet-5'

/** Copilot CLI with a model of one's own: offline, without an account of GitHub's. */
export const copilot: InstallableAgent = {
  name: 'copilot',
  install,
  provider: (model = defaultModel) => (wireOfModel(model) === 'anthropic' ? 'anthropic' : 'openai'),
  plan,
  parseLine,
}

function plan({ toolDir, prompt, gateway, model = defaultModel, repositorySettings }: AgentPlanInput): AgentPlan {
  return {
    argv: [
      ...[`${toolDir}/${install.entry}`, '--output-format', 'json', '--no-color', '--no-auto-update', '--no-ask-user'],
      // The sandbox is what holds it.
      ...['--allow-all-tools', '--allow-all-paths'],
      ...['--disable-builtin-mcps', '--no-remote', '--stream', 'off'],
      // Instructions come with the task, from the default branch alone.
      '--no-custom-instructions',
      ...(repositorySettings ? ['--trust-folder'] : []),
    ],
    env: {
      // Neither sign-in nor telemetry nor updates.
      COPILOT_OFFLINE: 'true',
      COPILOT_MODEL: model,
      ...providerFor(model, gateway),
    },
    files: [{ path: '.copilot/settings.json', content: `${JSON.stringify(settingsFor(repositorySettings))}\n` }],
    stdin: prompt,
  }
}

/** Hooks of a repository's .github/hooks and .claude would be run. */
const settingsFor = (repositorySettings: boolean) => ({
  disableAllHooks: !repositorySettings,
  memory: false,
  autoUpdate: false,
})

function providerFor(model: string, gateway: AgentPlanInput['gateway']): Record<string, string> {
  const common = { COPILOT_PROVIDER_API_KEY: gateway.key }
  if (wireOfModel(model) === 'anthropic') {
    return { ...common, COPILOT_PROVIDER_TYPE: 'anthropic', COPILOT_PROVIDER_BASE_URL: gateway.anthropic }
  }
  return {
    ...common,
    COPILOT_PROVIDER_TYPE: 'openai',
    COPILOT_PROVIDER_WIRE_API: 'responses',
    COPILOT_PROVIDER_BASE_URL: gateway.openai,
  }
}

const lineSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('assistant.message'), data: z.object({ content: z.string() }) }),
  z.object({
    type: z.literal('tool.execution_start'),
    data: z.object({ toolName: z.string(), arguments: z.unknown().optional() }),
  }),
  z.object({
    type: z.literal('tool.execution_complete'),
    data: z.object({
      success: z.boolean(),
      result: z.object({ content: z.string() }).optional().catch(undefined),
    }),
  }),
  z.object({ type: z.literal('session.error'), data: z.object({ message: z.string() }) }),
  z.object({ type: z.literal('result'), exitCode: z.int() }),
])

/** It does not tell tokens: the gateway counts them. */
function parseLine(line: string): AgentEvent[] {
  const parsed = readJsonLine(line, lineSchema)
  switch (parsed?.type) {
    case 'assistant.message':
      return textEvents('text', parsed.data.content)
    case 'tool.execution_start':
      return [toolEvent(parsed.data.toolName, parsed.data.arguments)]
    case 'tool.execution_complete':
      return [toolResultEvent(parsed.data.success, parsed.data.result?.content ?? '')]
    case 'session.error':
      return [errorEvent(parsed.data.message)]
    case 'result':
      return [endEvent(parsed.exitCode === 0 ? 'done' : 'error')]
    default:
      return []
  }
}
