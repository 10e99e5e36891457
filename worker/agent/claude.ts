import manifest from '../../sandbox-images/agents/claude/package.json' with { type: 'json' }
import type { AgentPlan, AgentPlanInput } from '../pipeline/ports/index.ts'
import type { InstallableAgent } from './agent-adapter.ts'
import { parseStreamJson } from './stream-json.ts'

const platform = process.arch === 'arm64' ? 'linux-arm64' : 'linux-x64'

const install = {
  package: '@anthropic-ai/claude-code',
  version: manifest.dependencies['@anthropic-ai/claude-code'],
  // The wrapper in the package itself needs its install script, which is never run: the platform's program does not.
  entry: `node_modules/@anthropic-ai/claude-code-${platform}/claude`,
  runtime: 'native',
} as const

export const claude: InstallableAgent = {
  name: 'claude',
  install,
  provider: () => 'anthropic',
  plan,
  parseLine: parseStreamJson,
}

function plan({ toolDir, prompt, gateway, model, repositorySettings }: AgentPlanInput): AgentPlan {
  return {
    argv: [
      `${toolDir}/${install.entry}`,
      ...['--print', '--output-format', 'stream-json', '--verbose', '--no-session-persistence'],
      // The sandbox is what holds it. No web tools: those run at the provider, outside of the sandbox.
      ...['--dangerously-skip-permissions', '--tools', 'Bash,Edit,Read,Write,NotebookEdit,Task'],
      // Hooks, variables and servers in a repository's .claude/settings.json and .mcp.json would be obeyed.
      ...(repositorySettings ? [] : ['--setting-sources', 'user', '--strict-mcp-config']),
      '--disable-slash-commands',
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
    stdin: prompt,
  }
}
