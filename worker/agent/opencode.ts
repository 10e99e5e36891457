import { z } from 'zod'
import manifest from '../../sandbox-images/agents/opencode/package.json' with { type: 'json' }
import type { AgentEvent, AgentPlan, AgentPlanInput } from '../pipeline/ports/index.ts'
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
  // The program itself, for every x64 processor; `opencode-ai` is a wrapper that needs its install script.
  package: 'opencode-linux-x64-baseline',
  version: manifest.dependencies['opencode-linux-x64-baseline'],
  entry: 'node_modules/opencode-linux-x64-baseline/bin/opencode',
  runtime: 'native',
} as const

const defaultModel = 'claude-sonnet-5'

export const opencode: InstallableAgent = {
  name: 'opencode',
  install,
  provider: (model = defaultModel) => wireOfModel(model),
  plan,
  parseLine,
}

function plan({ toolDir, prompt, gateway, model = defaultModel, repositorySettings }: AgentPlanInput): AgentPlan {
  const { id, baseURL } = providerFor(model, gateway)
  return {
    argv: [
      ...[`${toolDir}/${install.entry}`, 'run', '--format', 'json', '--model', `${id}/${model}`],
      // A title of its own would be asked of another model.
      ...['--title', 'Airlock'],
      // The sandbox is what holds it. Pure: without plugins from outside.
      '--auto',
      ...(repositorySettings ? [] : ['--pure']),
    ],
    env: {
      OPENCODE_CONFIG_CONTENT: JSON.stringify({
        ...{ autoupdate: false, share: 'disabled', snapshot: false, lsp: false, formatter: false },
        enabled_providers: [id],
        // What runs at the provider, or fetches.
        tools: { webfetch: false, websearch: false },
        provider: { [id]: { options: { baseURL, apiKey: gateway.key }, models: { [model]: {} } } },
      }),
      // A repository's opencode.json and .opencode bring servers, plugins and commands; .claude brings skills.
      ...(repositorySettings ? {} : { OPENCODE_DISABLE_PROJECT_CONFIG: '1' }),
      OPENCODE_DISABLE_CLAUDE_CODE: '1',
      OPENCODE_DISABLE_EXTERNAL_SKILLS: '1',
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      OPENCODE_DISABLE_MODELS_FETCH: '1',
      OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
      OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
    },
    files: [],
    stdin: prompt,
  }
}

function providerFor(model: string, gateway: AgentPlanInput['gateway']): { id: string; baseURL: string } {
  switch (wireOfModel(model)) {
    case 'openai':
      return { id: 'openai', baseURL: gateway.openai }
    case 'gemini':
      return { id: 'google', baseURL: `${gateway.gemini}/v1beta` }
    case 'anthropic':
      return { id: 'anthropic', baseURL: `${gateway.anthropic}/v1` }
  }
}

const lineSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), part: z.object({ text: z.string() }) }),
  z.object({
    type: z.literal('tool_use'),
    part: z.object({
      tool: z.string(),
      state: z.object({
        status: z.string(),
        input: z.unknown().optional(),
        output: z.string().optional().catch(undefined),
        error: z.string().optional().catch(undefined),
      }),
    }),
  }),
  z.object({
    type: z.literal('step_finish'),
    part: z.object({
      reason: z.string(),
      tokens: z.object({
        input: claimedTokensSchema,
        output: claimedTokensSchema,
        reasoning: claimedTokensSchema,
        cache: z.object({ read: claimedTokensSchema, write: claimedTokensSchema }),
      }),
    }),
  }),
  z.object({
    type: z.literal('error'),
    error: z.object({ name: z.string(), data: z.object({ message: z.string() }).optional().catch(undefined) }),
  }),
])
type Line = z.infer<typeof lineSchema>

function parseLine(line: string): AgentEvent[] {
  const parsed = readJsonLine(line, lineSchema)
  switch (parsed?.type) {
    case 'text':
      return textEvents('text', parsed.part.text)
    case 'tool_use': {
      const { tool, state } = parsed.part
      // It prints a call when it is over.
      return [
        toolEvent(tool, state.input),
        toolResultEvent(state.status === 'completed', state.output ?? state.error ?? ''),
      ]
    }
    case 'step_finish':
      return stepEvents(parsed.part)
    case 'error':
      return [errorEvent(parsed.error.data?.message ?? parsed.error.name), endEvent('error')]
    default:
      return []
  }
}

function stepEvents({ reason, tokens }: Extract<Line, { type: 'step_finish' }>['part']): AgentEvent[] {
  const { input, output, reasoning, cache } = tokens
  const usage = usageEvents(input + cache.read + cache.write, output + reasoning)
  if (reason === 'stop') return [...usage, endEvent('done')]
  if (reason === 'length') return [...usage, endEvent('limit')]
  return reason === 'content-filter' ? [...usage, endEvent('refusal')] : usage
}
