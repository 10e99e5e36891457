import manifest from '../../sandbox-images/agents/qwen/package.json' with { type: 'json' }
import type { AgentPlan, AgentPlanInput } from '../pipeline/ports/index.ts'
import type { InstallableAgent } from './agent-adapter.ts'
import { parseStreamJson } from './stream-json.ts'

const install = {
  package: '@qwen-code/qwen-code',
  version: manifest.dependencies['@qwen-code/qwen-code'],
  entry: 'node_modules/@qwen-code/qwen-code/cli.js',
  runtime: 'node',
} as const

const defaultModel = 'qwen3-coder-plus'

/** Qwen Code, by Chat Completions: the operator's OPENAI_BASE_URL leads to a server that has its models. */
export const qwen: InstallableAgent = {
  name: 'qwen',
  install,
  provider: () => 'openai',
  plan,
  parseLine: parseStreamJson,
}

function plan({ home, toolDir, prompt, gateway, model = defaultModel, repositorySettings }: AgentPlanInput): AgentPlan {
  return {
    argv: [
      ...['node', `${toolDir}/${install.entry}`, '--output-format', 'stream-json', '--chat-recording=false'],
      // The sandbox is what holds it.
      '--yolo',
      // Hooks, servers, extensions, skills and settings in a repository's .qwen would be obeyed.
      ...(repositorySettings ? [] : ['--safe-mode']),
      ...['--auth-type', 'openai', '--model', model],
    ],
    env: {
      OPENAI_BASE_URL: gateway.openai,
      OPENAI_API_KEY: gateway.key,
      QWEN_USAGE_STATISTICS_ENABLED: 'false',
      QWEN_CODE_SUPPRESS_YOLO_WARNING: '1',
      ...(repositorySettings ? {} : ownEnvironment(home)),
    },
    files: [{ path: '.qwen/settings.json', content: `${JSON.stringify({ general: { enableAutoUpdate: false } })}\n` }],
    stdin: prompt,
  }
}

/** It reads a repository's .env, even in safe mode, for what is not set: its system prompt and its settings are. */
function ownEnvironment(home: string): Readonly<Record<string, string>> {
  return {
    QWEN_SYSTEM_MD: 'false',
    QWEN_SYSTEM_IDENTITY_MD: 'false',
    QWEN_HOME: `${home}/.qwen`,
    QWEN_CODE_SYSTEM_SETTINGS_PATH: `${home}/.qwen/system.json`,
    QWEN_CODE_SYSTEM_DEFAULTS_PATH: `${home}/.qwen/system-defaults.json`,
  }
}
