import type { IncomingHttpHeaders } from 'node:http'
import type { ModelExchange } from '../../pipeline/ports/broker.ts'
import type { TokenCounts } from '../model-prices.ts'
import type { Cloud } from './cloud/cloud.ts'

type ProviderName = ModelExchange['provider']

/** Where a provider is and the real key, which never gets inside. */
export interface Upstream {
  /** http or https, also on loopback, also with a path: the operator named it. */
  readonly baseUrl: string
  /** Null: there is no such model here. */
  readonly apiKey: string | null
  /** Whose key it is, where it is not the whole installation's. */
  readonly keyOwner?: string
  /** Serves the provider's models in its place, and says what `apiKey` is. Absent: the provider itself. */
  readonly cloud?: Cloud
}
export type Upstreams = Readonly<Record<ProviderName, Upstream>>

export type JsonObject = Readonly<Record<string, unknown>>

/** An inference path. `model` is set where the path names it, else the body does. */
export interface InferencePath {
  readonly model: string | null
  /** Counting tokens is free of charge. */
  readonly free: boolean
}

/** What is left of a request: only what the model needs. `removed` names what would have left the sandbox. */
export type Inspection =
  | { readonly kind: 'clean'; readonly body: JsonObject; readonly removed: readonly string[] }
  | { readonly kind: 'refused'; readonly why: string; readonly instead: string }

/**
 * How a model ended its answer: of itself (also to call a tool), by refusing or by its provider's filter, at a limit of
 * length; or its provider broke it off with an error.
 */
export type AnswerStop = 'done' | 'refusal' | 'limit' | 'failed'

/** One provider's way of speaking, as far as a gateway has to know it. */
export interface Provider {
  readonly name: ProviderName
  /** Null: not a path for inference. */
  matchPath(path: string): InferencePath | null
  /** The query that goes on; everything else of it is dropped. */
  query(given: URLSearchParams): string
  /** The few headers that go on; credentials, organisations, cookies and all others are dropped. */
  headers(given: IncomingHttpHeaders): Readonly<Record<string, string>>
  authorise(apiKey: string): Readonly<Record<string, string>>
  /** Takes out, or refuses, what would make the provider fetch, run or read something on the sandbox's behalf. */
  inspect(path: string, body: JsonObject): Inspection
  /** Tokens in one JSON document of an answer, whole or an event. Later ones correct earlier ones. */
  readUsage(document: unknown): Partial<TokenCounts> | null
  /** How the answer ended, if this document of it says so. */
  readStop(document: unknown): AnswerStop | null
  /** Tokens that an answer to this request can have at most. */
  mostOutput(path: string, body: JsonObject): number
}
