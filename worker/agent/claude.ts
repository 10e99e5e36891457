import { z } from 'zod'
import type { AgentEvent, AgentPlan, AgentPlanInput } from '../pipeline/ports/index.ts'
import type { InstallableAgent } from './agent-adapter.ts'
import { claimedTokensSchema, errorEvent, textEvents, toolEvent, usageEvents } from './agent-events.ts'
import { agentPrompt } from './agent-prompt.ts'
import { readJsonLine } from './read-json-line.ts'

const platform = process.arch === 'arm64' ? 'linux-arm64' : 'linux-x64'

const install = {
  package: '@anthropic-ai/claude-code',
  version: '2.1.329',
  // The wrapper in the package itself needs its install script, which is never run: the platform's program does not.
  entry: `node_modules/@anthropic-ai/claude-code-${platform}/claude`,
  runtime: 'native',
} as const

export const claude: InstallableAgent = { name: 'claude', install, plan, parseLine }

function plan({ toolDir, task, gateway, model }: AgentPlanInput): AgentPlan {
  return {
    argv: [
      `${toolDir}/${install.entry}`,
      ...['--print', '--output-format', 'stream-json', '--verbose', '--no-session-persistence'],
      // The sandbox is what holds it. No web tools: those run at the provider, outside of the sandbox.
      ...['--dangerously-skip-permissions', '--tools', 'Bash,Edit,Read,Write,NotebookEdit,Task'],
      // Hooks, variables and servers in a repository's .claude/settings.json and .mcp.json would be obeyed.
      ...['--setting-sources', 'user', '--strict-mcp-config', '--disable-slash-commands'],
      ...(model === undefined ? [] : ['--model', model]),
    ],
    env: {
      ANTHROPIC_BASE_URL: gateway.anthropic,
      ANTHROPIC_API_KEY: gateway.key,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      // Ten by default, also after a refusal: minutes of waiting for an answer that is final.
      CLAUDE_CODE_MAX_RETRIES: '4',
      // Without it the program refuses to work unattended where it is root.
      IS_SANDBOX: '1',
    },
    files: [],
    stdin: agentPrompt(task),
  }
}

const lineSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('assistant'),
    message: z.object({
      content: z.array(
        z.object({
          type: z.string(),
          text: z.string().optional(),
          name: z.string().optional(),
          input: z.unknown().optional(),
        }),
      ),
    }),
  }),
  z.object({
    type: z.literal('result'),
    is_error: z.boolean(),
    result: z.string().optional(),
    subtype: z.string(),
    usage: z
      .object({
        input_tokens: claimedTokensSchema,
        cache_creation_input_tokens: claimedTokensSchema,
        cache_read_input_tokens: claimedTokensSchema,
        output_tokens: claimedTokensSchema,
      })
      .optional(),
  }),
])

const maxBlocks = 64

function parseLine(line: string): AgentEvent[] {
  const parsed = readJsonLine(line, lineSchema)
  if (parsed === null) return []
  if (parsed.type === 'assistant') {
    return parsed.message.content.slice(0, maxBlocks).flatMap((block) => {
      if (block.type === 'text') return textEvents('text', block.text ?? '')
      return block.type === 'tool_use' ? [toolEvent(block.name ?? '', block.input)] : []
    })
  }
  const { is_error: failed, result, subtype, usage } = parsed
  const input = usage && usage.input_tokens + usage.cache_creation_input_tokens + usage.cache_read_input_tokens
  return [
    ...usageEvents(input ?? 0, usage?.output_tokens ?? 0),
    ...(failed ? [errorEvent(result ?? subtype)] : textEvents('result', result ?? '')),
  ]
}
