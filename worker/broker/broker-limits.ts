/** What one session may use. Sizes in bytes, times in milliseconds. */
export interface BrokerLimits {
  /** Decisions per session; then the door is shut. Bounds memory and the record against a program that asks in a loop. */
  readonly decisions: number
  /** Client connections at once. Package managers open a few dozen. */
  readonly openConnections: number
  /** Both directions together, over all egress of the session. */
  readonly egressBytes: number
  /** From the sandbox to the outside: what could be carried off. Installing needs next to none. */
  readonly uploadBytes: number
  /** One request to a model. A million tokens of text are about 4 MiB; what is larger is data, not a prompt. */
  readonly modelRequestBytes: number
  /** All requests to models of one session: each turn sends the whole conversation again. */
  readonly modelUploadBytes: number
  /** Requests to models at once, also those that wait for room below the cost limit. */
  readonly modelRequestsAtOnce: number
  /** Of each exchange's request, and of its answer, kept for the record. */
  readonly exchangeBytes: number
  readonly resolveMs: number
  /** For one address. */
  readonly connectMs: number
  /** From CONNECT to the end of the TLS ClientHello. */
  readonly openingMs: number
  /** Without a byte in either direction. */
  readonly idleMs: number
  /** Without a byte from a model; they think for minutes. */
  readonly modelIdleMs: number
  /** Further tries of one request to a model. */
  readonly modelRetries: number
  /** Waiting before the further tries of one request, all together. */
  readonly modelRetryMs: number
}

const MiB = 1024 * 1024

export const brokerLimits: BrokerLimits = {
  decisions: 20_000,
  openConnections: 256,
  egressBytes: 20 * 1024 * MiB,
  uploadBytes: 256 * MiB,
  modelRequestBytes: 8 * MiB,
  modelUploadBytes: 2 * 1024 * MiB,
  modelRequestsAtOnce: 16,
  exchangeBytes: 256 * 1024,
  resolveMs: 10_000,
  connectMs: 10_000,
  openingMs: 10_000,
  idleMs: 5 * 60_000,
  modelIdleMs: 10 * 60_000,
  modelRetries: 4,
  modelRetryMs: 60_000,
}
