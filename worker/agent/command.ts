import type { AgentPlan, AgentPlanInput } from '../pipeline/ports/index.ts'
import type { InstallableAgent } from './agent-adapter.ts'

/** Any program, run in the workspace. It finds the model where programs of its kind look for it. */
export const command: InstallableAgent = {
  name: 'command',
  install: null,
  // It may ask any of them, or none.
  provider: () => null,
  plan,
  // What an unknown program prints has no form to rely on: the last lines of its output are kept anyway.
  parseLine: () => [],
}

function plan({ command: argv, gateway }: AgentPlanInput): AgentPlan {
  if (argv === undefined || argv.length === 0) throw new TypeError('agent `command` needs a command')
  return {
    argv,
    env: {
      ANTHROPIC_BASE_URL: gateway.anthropic,
      ANTHROPIC_API_KEY: gateway.key,
      OPENAI_BASE_URL: gateway.openai,
      OPENAI_API_KEY: gateway.key,
      GOOGLE_GEMINI_BASE_URL: gateway.gemini,
      GEMINI_API_KEY: gateway.key,
    },
    files: [],
  }
}
