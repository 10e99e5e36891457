import type { IncomingHttpHeaders } from 'node:http'
import type { Transform } from 'node:stream'
import type { JsonObject } from '../provider.ts'

/** One request to a model, as the provider itself would be asked. */
export interface AskedModel {
  readonly path: string
  readonly query: URLSearchParams
  /** Of the client; none of them is the cloud's business but what the provider's own API knows. */
  readonly headers: IncomingHttpHeaders
  readonly model: string
  readonly body: JsonObject
}

/** The same, as it goes out: all but the credential. */
export interface ShapedRequest {
  readonly path: string
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: JsonObject
}

export interface Credential {
  readonly headers: Readonly<Record<string, string>>
  /** What of them must not come back to a sandbox, should the cloud repeat it. */
  readonly secrets: readonly string[]
}

/** A cloud that serves a provider's models at paths of its own, with keys and streams of its own. */
export interface Cloud {
  /** As the operator chose it. */
  readonly name: 'bedrock' | 'vertex'
  /** Can this be a key here? */
  isKey(text: string): boolean
  /** The one request that may go out for this one, or why there is none. */
  shape(asked: AskedModel): ShapedRequest | { readonly refused: string }
  /**
   * Made anew for each try, because signatures and tokens age. Throws CloudAccessError where the cloud refuses the key,
   * and what Node throws where it cannot be reached.
   */
  authorise(
    request: { readonly url: URL; readonly headers: Readonly<Record<string, string>>; readonly body: Buffer },
    key: string,
    /** Milliseconds since the epoch. */
    now: number,
  ): Promise<Credential>
  /** Makes the provider's own stream of what comes with this content type. Null: it is that. */
  unframe(contentType: string): Transform | null
}

/** The cloud gave no access for the operator's key. */
export class CloudAccessError extends Error {
  override readonly name = 'CloudAccessError'
  /** Does it seem that it would in a moment? Else it does not take the key. */
  readonly passing: boolean

  constructor(message: string, passing: boolean) {
    super(message)
    this.passing = passing
  }
}
