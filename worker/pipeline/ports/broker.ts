import type { NetworkEntry, Phase, Quota, Repository, TextDigest, Usage } from '../../contract/index.ts'
import type { SandboxSpec } from './sandbox.ts'
import type { SpendBook } from './spending.ts'

/** What one sandbox may reach in one phase. */
export interface BrokerSpec {
  readonly jobId: string
  readonly phase: Phase
  /** Whose job it is: by this its model keys are chosen. */
  readonly repository: Pick<Repository, 'id' | 'owner' | 'name'>
  /** Host path at which the broker listens; it belongs to `owner` alone. */
  readonly socketPath: string
  readonly owner: { readonly uid: number; readonly gid: number } | null
  /** Empty is closed. */
  readonly egress: readonly NetworkEntry[]
  /** Values of the secrets that `egress` has credentials of, by name: they go no further. Absent: there are none. */
  readonly secrets?: ReadonlyMap<string, string>
  /** The model gateway; null where the phase has none (setup). */
  readonly model: ModelSpec | null
}

export interface ModelSpec {
  readonly costUsd: number
  /** Prompts and answers together. Absent: not bounded. */
  readonly tokens?: number | undefined
  /** Names of models, or beginnings and `*`. Absent: any. */
  readonly models?: readonly string[] | undefined
  /** Bounds of the day, beside the job's own. Absent: there are none. */
  readonly day?: { readonly quotas: readonly Quota[]; readonly book: SpendBook }
}

/** One thing the broker let through or refused. */
export interface BrokerDecision {
  readonly at: number
  readonly phase: Phase
  readonly allowed: boolean
  /** `https`: one request of a TLS that ended at the broker. */
  readonly kind: 'connect' | 'http' | 'https' | 'model'
  readonly host: string
  readonly port: number
  /** Why, in words that a model understands. */
  readonly reason: string
}

/** What passed between an agent and its model, for the record. Texts are bounded, digests are of the whole. */
export interface ModelExchange {
  readonly at: number
  readonly provider: 'anthropic' | 'openai' | 'gemini'
  readonly path: string
  readonly status: number
  readonly request: string
  readonly response: string
  readonly requestDigest: TextDigest
  readonly responseDigest: TextDigest
}

/** The limit of cost or tokens is reached; or, as long as no model has answered: there is no key for it, or it refuses ours. */
export interface ProviderStop {
  readonly kind: 'cost-limit' | 'token-limit' | 'no-key' | 'key-refused'
  readonly provider: ModelExchange['provider']
}

/** What keeps an agent from its model. `quota`: this one of the day is used up. */
export type ModelStop = ProviderStop | { readonly kind: 'quota'; readonly quota: Quota }

export interface BrokerSession extends AsyncDisposable {
  /** Long and random, valid on this socket alone; the real key never gets inside. */
  readonly placeholderKey: string
  /** Base URLs as seen from inside the sandbox, by provider. */
  readonly gateway: { readonly anthropic: string; readonly openai: string; readonly gemini: string }
  /** Proxy and certificate variables for programs inside. */
  readonly env: Readonly<Record<string, string>>
  /** What these variables lead to: folders of the host, for the sandbox to show read-only. */
  readonly tools: SandboxSpec['tools']
  decisions(): readonly BrokerDecision[]
  usage(): Usage
  /** Bytes of all egress so far, without what went to models. */
  traffic(): { readonly bytesOut: number; readonly bytesIn: number }
  /** What keeps the agent from its model; null where nothing does. */
  modelStop(): ModelStop | null
  /** How the last answer of a model ended, where it did not end of itself: refused or filtered, or cut at a length. */
  answerStop(): 'refusal' | 'limit' | null
}

export interface BrokerEvents {
  onDecision(decision: BrokerDecision): void
  onExchange(exchange: ModelExchange): void
}

export type BrokerErrorCode = 'policy-invalid' | 'unavailable'

/** The door could not be opened: the list of hosts is wrong (`entry` says where), or the socket could not be made. */
export class BrokerError extends Error {
  override readonly name = 'BrokerError'
  readonly code: BrokerErrorCode
  readonly retryable: boolean
  /** The entry of `egress` that was refused. */
  readonly entry: string | null

  constructor(code: BrokerErrorCode, message: string, options?: ErrorOptions & { readonly entry?: string }) {
    super(message, options)
    this.code = code
    this.retryable = code === 'unavailable'
    this.entry = options?.entry ?? null
  }
}

export interface BrokerFactory {
  /** Names that stand for hosts of the operator's choice. */
  presets(): Promise<ReadonlySet<string>>
  /** What an operator would set so that this repository's agents could ask this provider; null: all of it is set. */
  missingKey(provider: ModelExchange['provider'], repository: BrokerSpec['repository']): Promise<string | null>
  /** Throws BrokerError. */
  open(spec: BrokerSpec, events: BrokerEvents): Promise<BrokerSession>
}
