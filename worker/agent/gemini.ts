import { z } from 'zod'
import manifest from '../../sandbox-images/agents/gemini/package.json' with { type: 'json' }
import type { AgentEvent, AgentPlan, AgentPlanInput } from '../pipeline/ports/index.ts'
import type { InstallableAgent } from './agent-adapter.ts'
import {
  claimedTokensSchema,
  endEvent,
  errorEvent,
  pieceEvents,
  toolEvent,
  toolResultEvent,
  usageEvents,
} from './agent-events.ts'
import { readJsonLine } from './read-json-line.ts'

const install = {
  package: '@google/gemini-cli',
  version: manifest.dependencies['@google/gemini-cli'],
  entry: 'node_modules/@google/gemini-cli/bundle/gemini.js',
  runtime: 'node',
} as const

/** `auto` would ask a second model which one to ask. */
const defaultModel = 'gemini-3.1-pro-preview'
const systemSettings = '.gemini/system.json'

export const gemini: InstallableAgent = { name: 'gemini', install, provider: () => 'gemini', plan, parseLine }

function plan({ home, toolDir, prompt, gateway, model = defaultModel, repositorySettings }: AgentPlanInput): AgentPlan {
  return {
    argv: [
      ...['node', `${toolDir}/${install.entry}`, '--output-format', 'stream-json', '--model', model],
      // The sandbox is what holds it. It does not work unattended in a folder that it was not told to trust.
      ...['--yolo', '--skip-trust'],
      // Servers and extensions by these names alone: there are none.
      ...(repositorySettings ? [] : ['--allowed-mcp-server-names', 'none', '--extensions', 'none']),
    ],
    env: {
      GOOGLE_GEMINI_BASE_URL: gateway.gemini,
      GEMINI_API_KEY: gateway.key,
      GEMINI_CLI_SYSTEM_SETTINGS_PATH: `${home}/${systemSettings}`,
      // Else it starts itself anew with a larger heap, and with what it read from a repository's .env.
      GEMINI_CLI_NO_RELAUNCH: 'true',
      // In a folder that it trusts it also reads .gemini/.env, where this would name a system prompt.
      ...(repositorySettings ? {} : { GEMINI_SYSTEM_MD: 'false' }),
    },
    // The user's too: inside of a sandbox it was seen not to take the system's.
    files: [systemSettings, '.gemini/settings.json'].map((path) => ({
      path,
      content: `${JSON.stringify(repositorySettings ? { ...common, ...trusting } : { ...common, ...refusing })}\n`,
    })),
    stdin: prompt,
  }
}

const auth = { selectedType: 'gemini-api-key' }

const trusting = { security: { auth, folderTrust: { enabled: false } } }

/** System settings are above those of a repository's .gemini/settings.json, whose hooks and tools would be obeyed. */
const refusing = {
  security: { auth },
  hooksConfig: { enabled: false },
  skills: { enabled: false },
  mcp: { allowed: ['none'], serverCommand: '' },
  tools: { discoveryCommand: '', callCommand: '' },
  advanced: { ignoreLocalEnv: true },
}

const common = {
  privacy: { usageStatisticsEnabled: false },
  telemetry: { enabled: false },
  general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
}

const lineSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('message'), role: z.literal('assistant'), content: z.string() }),
  z.object({ type: z.literal('tool_use'), tool_name: z.string(), parameters: z.unknown().optional() }),
  z.object({ type: z.literal('tool_result'), status: z.string(), output: z.string().optional().catch(undefined) }),
  z.object({ type: z.literal('error'), severity: z.string().optional(), message: z.string() }),
  z.object({
    type: z.literal('result'),
    status: z.string(),
    error: z.object({ type: z.string(), message: z.string() }).optional(),
    stats: z.object({ input_tokens: claimedTokensSchema, output_tokens: claimedTokensSchema }).optional(),
  }),
])

function parseLine(line: string): AgentEvent[] {
  const parsed = readJsonLine(line, lineSchema)
  switch (parsed?.type) {
    case 'message':
      return pieceEvents(parsed.content)
    case 'tool_use':
      return [toolEvent(parsed.tool_name, parsed.parameters)]
    case 'tool_result':
      return [toolResultEvent(parsed.status === 'success', parsed.output ?? '')]
    case 'error':
      return parsed.severity === 'warning' ? [] : [errorEvent(parsed.message)]
    case 'result': {
      const { status, error, stats } = parsed
      const limited = error !== undefined && /limit/i.test(error.type)
      return [
        ...usageEvents(stats?.input_tokens ?? 0, stats?.output_tokens ?? 0),
        ...(error === undefined ? [] : [errorEvent(error.message)]),
        endEvent(status === 'success' ? 'done' : limited ? 'limit' : 'error'),
      ]
    }
    default:
      return []
  }
}
