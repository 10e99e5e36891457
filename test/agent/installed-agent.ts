import { fileURLToPath } from 'node:url'
import type { InstallableAgent } from '../../worker/agent/agent-adapter.ts'
import { installAgent } from '../../worker/agent/install-agent.ts'
import { runCommand } from '../../worker/process/run-command.ts'

/** Where the project keeps what it installs for itself. */
const dataDir = fileURLToPath(new URL('../../.airlock', import.meta.url))

/** An agent's real program, installed at the first call on this machine. */
export async function installedAgent(agent: InstallableAgent): Promise<string> {
  const env = Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => !!entry[1]))
  const folder = await installAgent(agent, dataDir, (argv, { cwd }) =>
    runCommand(argv, { cwd, env, timeoutMs: 5 * 60_000 }),
  )
  if (folder === null) throw new Error(`${agent.name} has nothing to install`)
  return folder
}
