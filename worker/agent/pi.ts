import { z } from 'zod'
import manifest from '../../sandbox-images/agents/pi/package.json' with { type: 'json' }
import type { AgentEnd, AgentEvent, AgentPlan, AgentPlanInput } from '../pipeline/ports/index.ts'
import type { InstallableAgent } from './agent-adapter.ts'
import {
  claimedTokensSchema,
  endEvent,
  errorEvent,
  textEvents,
  toolEvent,
  toolResultEvent,
  usageEvents,
} from './agent-events.ts'
import { readJsonLine } from './read-json-line.ts'
import { wireOfModel } from './wire-of-model.ts'

const install = {
  package: '@mariozechner/pi-coding-agent',
  version: manifest.dependencies['@mariozechner/pi-coding-agent'],
  entry: 'node_modules/@mariozechner/pi-coding-agent/dist/cli.js',
  runtime: 'node',
} as const

const defaultModel = 'claude-sonnet-5'

/** pi: small, plain JavaScript. `compact-output.mjs` is ours and lies beside its package.json. */
export const pi: InstallableAgent = {
  name: 'pi',
  install,
  provider: (model = defaultModel) => wireOfModel(model),
  plan,
  parseLine,
}

function plan({ toolDir, prompt, gateway, model = defaultModel, repositorySettings }: AgentPlanInput): AgentPlan {
  return {
    argv: [
      'node',
      '--import',
      `${toolDir}/compact-output.mjs`,
      `${toolDir}/${install.entry}`,
      ...['--mode', 'json', '--print', '--no-session', '--model', `airlock/${model}`],
      // What a repository brings in .pi would run inside the agent.
      ...(repositorySettings ? [] : ['--no-extensions', '--no-skills', '--no-prompt-templates', '--no-themes']),
    ],
    // Offline: no look for a new version, no report of an installation, no download of search tools.
    env: { PI_OFFLINE: '1', PI_TELEMETRY: '0' },
    files: [{ path: '.pi/agent/models.json', content: modelsFile(model, gateway) }],
    stdin: prompt,
  }
}

function modelsFile(model: string, gateway: AgentPlanInput['gateway']): string {
  const provider = {
    ...apis(gateway)[wireOfModel(model)],
    apiKey: gateway.key,
    models: [{ id: model, input: ['text', 'image'], contextWindow: 200_000, maxTokens: 64_000 }],
  }
  return `${JSON.stringify({ providers: { airlock: provider } }, null, 2)}\n`
}

function apis(gateway: AgentPlanInput['gateway']) {
  return {
    anthropic: { api: 'anthropic-messages', baseUrl: gateway.anthropic },
    openai: { api: 'openai-responses', baseUrl: gateway.openai },
    gemini: { api: 'google-generative-ai', baseUrl: `${gateway.gemini}/v1beta` },
  }
}

const lineSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('tool_execution_start'), toolName: z.string(), args: z.unknown().optional() }),
  z.object({
    type: z.literal('tool_execution_end'),
    isError: z.boolean(),
    result: z
      .object({ content: z.array(z.object({ text: z.string().optional() })) })
      .optional()
      .catch(undefined),
  }),
  z.object({
    type: z.literal('message_end'),
    message: z.object({
      role: z.literal('assistant'),
      content: z.array(z.object({ type: z.string(), text: z.string().optional() })),
      stopReason: z.string(),
      errorMessage: z.string().optional(),
      usage: z.object({
        input: claimedTokensSchema,
        output: claimedTokensSchema,
        cacheRead: claimedTokensSchema,
        cacheWrite: claimedTokensSchema,
      }),
    }),
  }),
])

const ends: ReadonlyMap<string, AgentEnd> = new Map([
  ['stop', 'done'],
  ['length', 'limit'],
  ['error', 'error'],
  ['aborted', 'error'],
])

function parseLine(line: string): AgentEvent[] {
  const parsed = readJsonLine(line, lineSchema)
  if (parsed === null) return []
  if (parsed.type === 'tool_execution_start') return [toolEvent(parsed.toolName, parsed.args)]
  if (parsed.type === 'tool_execution_end') {
    const output = parsed.result?.content.flatMap((part) => part.text ?? []).join('\n')
    return [toolResultEvent(!parsed.isError, output ?? '')]
  }
  const { content, stopReason, errorMessage, usage } = parsed.message
  const text = content.flatMap((part) => (part.type === 'text' ? (part.text ?? '') : [])).join('\n')
  const how = ends.get(stopReason)
  return [
    ...textEvents(stopReason === 'stop' ? 'result' : 'text', text),
    ...usageEvents(usage.input + usage.cacheRead + usage.cacheWrite, usage.output),
    ...(how === 'error' ? [errorEvent(errorMessage ?? stopReason)] : []),
    ...(how === undefined ? [] : [endEvent(how)]),
  ]
}
