import type { AgentName } from '../../contract/index.ts'
import type { ModelExchange } from './broker.ts'

/** How an agent says that it ended: done, by an error, by its model's refusal, or by a limit of turns or length. */
export type AgentEnd = 'done' | 'error' | 'refusal' | 'limit'

export type AgentEvent =
  | { readonly kind: 'text'; readonly text: string }
  /** Part of a text that is printed as it comes: it goes on until another kind of event. */
  | { readonly kind: 'piece'; readonly text: string }
  | { readonly kind: 'tool'; readonly name: string; readonly detail: string }
  | { readonly kind: 'tool-result'; readonly ok: boolean; readonly detail: string }
  | { readonly kind: 'usage'; readonly inputTokens: number; readonly outputTokens: number }
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'result'; readonly text: string }
  | { readonly kind: 'end'; readonly how: AgentEnd }

export interface AgentPlanInput {
  /** Absolute paths inside the sandbox. */
  readonly home: string
  readonly toolDir: string
  readonly workspace: string
  readonly taskFile: string
  /** All that the agent is told. */
  readonly prompt: string
  readonly gateway: {
    readonly anthropic: string
    readonly openai: string
    readonly gemini: string
    readonly key: string
  }
  readonly model?: string | undefined
  /** Hooks, servers and settings that the repository brings for the agent are obeyed. */
  readonly repositorySettings: boolean
  readonly command?: readonly string[] | undefined
}

export interface AgentPlan {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Written by the host below home before the start. */
  readonly files: readonly { readonly path: string; readonly content: string }[]
  readonly stdin?: string
}

export interface AgentAdapter {
  readonly name: AgentName
  plan(input: AgentPlanInput): AgentPlan
  parseLine(line: string): AgentEvent[]
}

export type AgentInstallErrorCode = 'npm-failed' | 'entry-missing'

/** An agent's program could not be had. `npm-failed` is worth another try, a missing program is not. */
export class AgentInstallError extends Error {
  override readonly name = 'AgentInstallError'
  readonly code: AgentInstallErrorCode
  readonly agent: string
  readonly retryable: boolean

  constructor(code: AgentInstallErrorCode, agent: string, options?: ErrorOptions) {
    super(`${agent}: ${code}`, options)
    this.code = code
    this.agent = agent
    this.retryable = code === 'npm-failed'
  }
}

export interface Agents {
  /** Whose key the agent needs for this model, or for its own choice. Null: that cannot be told before it asks. */
  providerOf(name: AgentName, model: string | undefined): ModelExchange['provider'] | null
  /** `toolPath` is the host folder to bind read-only, null where none is needed. Throws AgentInstallError. */
  load(name: AgentName): Promise<{ readonly adapter: AgentAdapter; readonly toolPath: string | null }>
}
