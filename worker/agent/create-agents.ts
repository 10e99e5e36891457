import type { AgentName } from '../contract/index.ts'
import type { Agents } from '../pipeline/ports/index.ts'
import type { InstallableAgent } from './agent-adapter.ts'
import { claude } from './claude.ts'
import { codex } from './codex.ts'
import { command } from './command.ts'
import { copilot } from './copilot.ts'
import { gemini } from './gemini.ts'
import { installAgent, type Run } from './install-agent.ts'
import { opencode } from './opencode.ts'
import { pi } from './pi.ts'
import { qwen } from './qwen.ts'

/** One for every name of the contract: the help on GitHub offers them. */
export const adapters: Readonly<Record<AgentName, InstallableAgent>> = {
  ...{ claude, codex, gemini, opencode, copilot, qwen, pi },
  command,
}

/** Agents of this host, installed below `dataDir` when they are first asked for. Throws AgentInstallError. */
export function createAgents(dataDir: string, run: Run): Agents {
  const installing = new Map<AgentName, Promise<string | null>>()

  return {
    providerOf: (name, model) => adapters[name].provider(model),
    async load(name) {
      const adapter = adapters[name]
      const started = installing.get(name) ?? installAgent(adapter, dataDir, run)
      installing.set(name, started)
      try {
        return { adapter, toolPath: await started }
      } finally {
        installing.delete(name)
      }
    },
  }
}
