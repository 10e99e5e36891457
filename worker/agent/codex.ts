import { z } from 'zod'
import manifest from '../../sandbox-images/agents/codex/package.json' with { type: 'json' }
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

const [platform, target] =
  process.arch === 'arm64' ? ['linux-arm64', 'aarch64-unknown-linux-musl'] : ['linux-x64', 'x86_64-unknown-linux-musl']

const install = {
  package: '@openai/codex',
  version: manifest.dependencies['@openai/codex'],
  entry: `node_modules/@openai/codex-${platform}/vendor/${target}/bin/codex`,
  runtime: 'native',
} as const

export const codex: InstallableAgent = { name: 'codex', install, provider: () => 'openai', plan, parseLine }

function plan({ home, toolDir, prompt, gateway, model, repositorySettings }: AgentPlanInput): AgentPlan {
  return {
    argv: [
      `${toolDir}/${install.entry}`,
      ...['exec', '--json', '--ephemeral', '--skip-git-repo-check', '--strict-config', '--ignore-rules'],
      // The sandbox is what holds it.
      '--dangerously-bypass-approvals-and-sandbox',
      // Plugins and apps are looked up on the network at every start, and without a bound it would wait for a lost
      // connection for ever.
      ...['plugins', 'apps', 'unbounded_connection_retries'].flatMap((feature) => ['--disable', feature]),
      // Hooks come from the repository; servers and settings of a folder that is not trusted are left alone.
      ...(repositorySettings ? ['--trust'] : ['--disable', 'hooks']),
      '-',
    ],
    // It refuses a home below /tmp.
    env: { CODEX_HOME: `${home}/.codex`, AIRLOCK_GATEWAY_KEY: gateway.key },
    files: [{ path: '.codex/config.toml', content: configFile(gateway.openai, model) }],
    stdin: prompt,
  }
}

/** A string of JSON is a string of TOML as well. */
function configFile(baseUrl: string, model: string | undefined): string {
  return [
    ...(model === undefined ? [] : [`model = ${JSON.stringify(model)}`]),
    'model_provider = "airlock"',
    'check_for_update_on_startup = false',
    'web_search = "disabled"',
    '[analytics]',
    'enabled = false',
    '[feedback]',
    'enabled = false',
    '[history]',
    'persistence = "none"',
    '[otel]',
    'exporter = "none"',
    '[model_providers.airlock]',
    'name = "airlock"',
    `base_url = ${JSON.stringify(baseUrl)}`,
    'wire_api = "responses"',
    'env_key = "AIRLOCK_GATEWAY_KEY"',
    '',
  ].join('\n')
}

const itemSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('agent_message'), text: z.string() }),
  z.object({
    type: z.literal('command_execution'),
    command: z.string(),
    exit_code: z.int().nullish().catch(undefined),
    aggregated_output: z.string().optional().catch(undefined),
  }),
  z.object({
    type: z.literal('file_change'),
    changes: z.array(z.object({ path: z.string() })),
    status: z.string().optional().catch(undefined),
  }),
])
const lineSchema = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['item.started', 'item.completed']), item: itemSchema }),
  z.object({
    type: z.literal('turn.completed'),
    usage: z.object({ input_tokens: claimedTokensSchema, output_tokens: claimedTokensSchema }),
  }),
  z.object({ type: z.literal('turn.failed'), error: z.object({ message: z.string() }) }),
  z.object({ type: z.literal('error'), message: z.string() }),
])

function parseLine(line: string): AgentEvent[] {
  const parsed = readJsonLine(line, lineSchema)
  switch (parsed?.type) {
    case 'item.completed':
      return completedEvents(parsed.item)
    case 'item.started':
      return toolEvents(parsed.item)
    case 'turn.completed':
      return [...usageEvents(parsed.usage.input_tokens, parsed.usage.output_tokens), endEvent('done')]
    case 'turn.failed':
      return [errorEvent(parsed.error.message), endEvent('error')]
    case 'error':
      return [errorEvent(parsed.message)]
    default:
      return []
  }
}

function completedEvents(item: z.infer<typeof itemSchema>): AgentEvent[] {
  switch (item.type) {
    case 'agent_message':
      return textEvents('text', item.text)
    case 'command_execution':
      return [toolResultEvent(item.exit_code === 0, item.aggregated_output ?? '')]
    case 'file_change':
      return [toolResultEvent(item.status === 'completed', '')]
  }
}

function toolEvents(item: z.infer<typeof itemSchema>): AgentEvent[] {
  if (item.type === 'command_execution') return [toolEvent('shell', { command: item.command })]
  if (item.type === 'file_change') {
    return [
      toolEvent('edit', {
        path: item.changes
          .slice(0, 20)
          .map((change) => change.path)
          .join(', '),
      }),
    ]
  }
  return []
}
