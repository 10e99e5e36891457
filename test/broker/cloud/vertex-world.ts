import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { createVertex } from '../../../worker/broker/gateway/cloud/vertex.ts'
import { openWorld, type World, type WorldOptions } from '../broker-world.ts'
import { type Answer, type ModelSink, sendEvents, sendJson, startModelSink } from '../model-sink.ts'

export const place = '/v1/projects/acme-models/locations/europe-west1'
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
const privateKey = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

/** Google as a gateway meets it: makes tokens for who signs with the account's key, and serves models to who has one. */
export interface Google extends AsyncDisposable {
  readonly url: string
  readonly keyFile: string
  /** Requests to models, and to where tokens are made. */
  models(): ModelSink['requests']
  tokens(): ModelSink['requests']
}

export interface GoogleOptions {
  /** Seconds that a token lives. */
  readonly life?: number
  /** In place of the first tokens. */
  readonly refusals?: { readonly status: number; readonly body: object }[]
  readonly answer?: Answer
}

export async function startGoogle({
  life = 3600,
  refusals = [],
  answer = streamed,
}: GoogleOptions = {}): Promise<Google> {
  let made = 0
  const sink = await startModelSink((request, response, body) => {
    if (request.url === '/token') {
      const refusal = refusals.shift()
      if (refusal !== undefined) return sendJson(response, refusal.body, refusal.status)
      if (!isSigned(body, `${sink.url}/token`)) return sendJson(response, { error: 'invalid_grant' }, 400)
      made += 1
      return sendJson(response, { access_token: `ya29.token-${made}`, expires_in: life, token_type: 'Bearer' })
    }
    const token = /^Bearer ya29\.token-(\d+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '0'
    if (token === '0' || Number(token) > made) return sendJson(response, { error: {} }, 401)
    return answer(request, response, body)
  })
  const keyFile = JSON.stringify({
    type: 'service_account',
    project_id: 'acme-models',
    private_key_id: 'key-1',
    private_key: privateKey,
    client_email: 'airlock@acme-models.iam.gserviceaccount.com',
    token_uri: `${sink.url}/token`,
  })
  const isToken = ({ line }: ModelSink['requests'][number]) => line === 'POST /token'
  return {
    ...{ url: sink.url, keyFile },
    models: () => sink.requests.filter((request) => !isToken(request)),
    tokens: () => sink.requests.filter(isToken),
    [Symbol.asyncDispose]: () => sink[Symbol.asyncDispose](),
  }
}

const streamed: Answer = (request, response) => {
  if (request.url?.includes('google')) {
    return sendEvents(response, [{ usageMetadata: { promptTokenCount: 100, candidatesTokenCount: 20 } }])
  }
  return sendEvents(response, [
    { type: 'message_start', message: { usage: { input_tokens: 100, output_tokens: 1 } } },
    { type: 'message_delta', usage: { output_tokens: 20 } },
  ])
}

function isSigned(body: string, audience: string): boolean {
  const form = new URLSearchParams(body)
  const [head = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.')
  const said = JSON.parse(Buffer.from(claims, 'base64url').toString('utf8'))
  const isFor = said.aud === audience && said.scope === 'https://www.googleapis.com/auth/cloud-platform'
  const key = createPublicKey(pair.privateKey)
  const isGood = verify('RSA-SHA256', Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, 'base64url'))
  return isFor && isGood && form.get('grant_type') === 'urn:ietf:params:oauth:grant-type:jwt-bearer'
}

/** An agent-phase broker whose Anthropic and Gemini are this Google. */
export function openVertex(google: Google, options: WorldOptions = {}): Promise<World> {
  const upstream = { baseUrl: `${google.url}${place}`, apiKey: google.keyFile }
  return openWorld({
    phase: 'agent',
    model: { costUsd: 5 },
    ...options,
    deps: {
      upstreams: {
        anthropic: { ...upstream, cloud: createVertex('anthropic') },
        gemini: { ...upstream, cloud: createVertex('google') },
        openai: { baseUrl: 'http://127.0.0.1:9', apiKey: null },
      },
      ...options.deps,
    },
  })
}
