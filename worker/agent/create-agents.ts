import type { AgentName } from '../contract/index.ts'
import type { Agents } from '../pipeline/ports/index.ts'
import type { InstallableAgent } from './agent-adapter.ts'
import { claude } from './claude.ts'
import { codex } from './codex.ts'
import { command } from './command.ts'
import { installAgent, type Run } from './install-agent.ts'
import { pi } from './pi.ts'

/** The agents that can be started. Gemini, opencode, Copilot and Qwen have a name and no adapter yet. */
const adapters: readonly InstallableAgent[] = [claude, codex, pi, command]

/** Agents of this host, installed below `dataDir` when they are first asked for. Throws AgentInstallError. */
export function createAgents(dataDir: string, run: Run): Agents {
  const installing = new Map<AgentName, Promise<string | null>>()

  return {
    async load(name) {
      const adapter = adapters.find((candidate) => candidate.name === name)
      if (adapter === undefined) return null
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
