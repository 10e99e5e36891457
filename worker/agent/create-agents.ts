import type { AgentName, startableAgents } from '../contract/index.ts'
import type { Agents } from '../pipeline/ports/index.ts'
import type { InstallableAgent } from './agent-adapter.ts'
import { claude } from './claude.ts'
import { codex } from './codex.ts'
import { command } from './command.ts'
import { installAgent, type Run } from './install-agent.ts'
import { pi } from './pi.ts'

/** Exactly those that the contract says can be started: the help on GitHub offers them. */
const adapters: Readonly<Record<(typeof startableAgents)[number], InstallableAgent>> = { claude, codex, pi, command }

/** Agents of this host, installed below `dataDir` when they are first asked for. Throws AgentInstallError. */
export function createAgents(dataDir: string, run: Run): Agents {
  const installing = new Map<AgentName, Promise<string | null>>()

  return {
    async load(name) {
      const adapter = Object.values(adapters).find((candidate) => candidate.name === name)
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
