/**
 * How each agent's command line is started and understood. One file per agent; `plan` and `parseLine` are pure.
 * May import the contract and the pipeline's ports; never GitHub, the broker, a sandbox or the network.
 *
 * Decided here: the task goes in by stdin, so that no text of a stranger's is an argument, a flag or a file name.
 * Configuration that the repository brings for an agent (hooks, servers, extensions) is switched off where the agent
 * can do so. An agent fails by its exit code; what it says is shown and recorded, never believed.
 */
import type { AgentName } from '../contract/index.ts'
import type { AgentAdapter } from '../pipeline/ports/index.ts'
import type { ModelWire } from './wire-of-model.ts'

/** Where an agent's program comes from. Its version is that of sandbox-images/agents/NAME, which pins it. */
export interface AgentInstall {
  readonly package: string
  readonly version: string
  /** Path of the executable below the installed folder. */
  readonly entry: string
  /** `node`: a script for the image's own Node. `native`: a program. */
  readonly runtime: 'node' | 'native'
}

export interface InstallableAgent extends AgentAdapter {
  readonly name: AgentName
  /** Null: there is nothing to install. */
  readonly install: AgentInstall | null
  /** Whose key it needs for this model, or for its own choice. Null: that cannot be told before it asks. */
  provider(model: string | undefined): ModelWire | null
}
