import type { IncomingMessage } from 'node:http'
import type { Phase } from '../../contract/index.ts'
import type { ProviderStop } from '../../pipeline/ports/broker.ts'
import type { ModelRoute } from './model-route.ts'
import type { InferencePath, Upstream } from './provider.ts'

/** Why a request goes no further, and what the model could do instead. */
export interface ModelRefusal {
  readonly status: number
  readonly why: string
  readonly instead: string
  /** True where the same request may succeed in a moment. */
  readonly passing?: boolean
  /** Set where no request of this session will get through. */
  readonly stop?: ProviderStop['kind']
}

export const stopAsking = 'do not try again; finish with what you have.'
export const onlyInference =
  'use only POST /anthropic/v1/messages, /openai/v1/responses, /openai/v1/chat/completions and ' +
  '/gemini/v1beta/models/MODEL:generateContent or :streamGenerateContent.'

export type CheckedRequest =
  | { readonly inference: InferencePath; readonly apiKey: string }
  | { readonly refusal: ModelRefusal }

/** All that can be said before the body is read. */
export function checkRequest(
  request: IncomingMessage,
  { provider, path, query }: ModelRoute,
  session: { readonly phase: Phase; readonly hasModel: boolean; readonly placeholderKey: string },
  upstream: Upstream,
): CheckedRequest {
  if (!session.hasModel) return no(403, `the ${session.phase} phase has no model`, 'do the work without a model.')
  const inference = provider.matchPath(path)
  if (inference === null) return no(403, `${path} is not a path for inference`, onlyInference)
  if (request.method !== 'POST') return no(405, `${request.method} is not how a model is asked`, onlyInference)
  const keys = presentedKeys(request, query)
  if (keys.length === 0 || keys.some((key) => key !== session.placeholderKey)) {
    return no(401, "the key is not this session's own", "use the key in the agent's environment, and no other.")
  }
  if (upstream.apiKey === null || upstream.apiKey === '') {
    const why = 'the operator has no key for this provider'
    return { refusal: { status: 503, why, instead: stopAsking, stop: 'no-key' } }
  }
  return { inference, apiKey: upstream.apiKey }
}

/** Clients look whether the server is there and which models it has: no attack, so not in the record. */
export function isLookAround(request: IncomingMessage, path: string): boolean {
  const looks = request.method === 'GET' || request.method === 'HEAD'
  return looks && /^\/(?:v1(?:beta)?(?:\/models(?:\/[\w.:-]*)?)?)?$/.test(path)
}

function no(status: number, why: string, instead: string): { readonly refusal: ModelRefusal } {
  return { refusal: { status, why, instead } }
}

/**
 * All keys that a request shows, in the places where the three providers look for them. An attacker's own key on an
 * allowed API would carry data into the attacker's account, so each of them has to be the session's placeholder.
 */
function presentedKeys(request: IncomingMessage, query: URLSearchParams): string[] {
  const bearer = /^bearer +(?<token>[^ ].*)$/i.exec(request.headers.authorization ?? '')?.groups?.token
  const authorization = request.headers.authorization === undefined ? [] : [bearer ?? request.headers.authorization]
  const named = ['x-api-key', 'x-goog-api-key', 'api-key'].flatMap((name) => request.headers[name] ?? [])
  return [...authorization, ...named, ...query.getAll('key'), ...query.getAll('access_token')]
}
