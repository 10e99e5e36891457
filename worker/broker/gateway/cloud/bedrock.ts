import type { JsonObject } from '../provider.ts'
import { type AwsKey, signForAws } from './aws-signature.ts'
import { createBedrockEvents } from './bedrock-events.ts'
import { knownBetas } from './betas.ts'
import type { AskedModel, Cloud, Credential, ShapedRequest } from './cloud.ts'

/**
 * A model of Anthropic's, also by a profile that spans regions. No ARN: it can name another account's endpoint, and what
 * is sent there would be that account's to read.
 */
const modelPattern = /^(?:[a-z][a-z-]{1,15}\.)?anthropic\.claude[a-z0-9.-]{1,100}(?::\d{1,3})?$/
/** Keys of a request that Bedrock takes; it refuses a request that has another. */
const bodyKeys = new Set([
  ...['max_tokens', 'messages', 'system', 'stop_sequences', 'temperature', 'top_k', 'top_p'],
  ...['thinking', 'tool_choice', 'tools', 'output_config'],
])
const managesContext = 'context-management-2025-06-27'
const betas: ReadonlySet<string> = new Set([
  managesContext,
  'compact-2026-01-12',
  'computer-use-2025-01-24',
  'computer-use-2025-11-24',
  'context-1m-2025-08-07',
  'effort-2025-11-24',
  'fine-grained-tool-streaming-2025-05-14',
  'interleaved-thinking-2025-05-14',
  'tool-search-tool-2025-10-19',
])

/** Anthropic's models on Amazon Bedrock, by InvokeModel in one region. */
export function createBedrock(region: string): Cloud {
  return {
    name: 'bedrock',
    isKey: (text) => parseAwsKey(text) !== null || bearerPattern.test(text),
    shape: shapeForBedrock,
    async authorise({ url, headers, body }, text, now): Promise<Credential> {
      const key = parseAwsKey(text)
      if (key === null) return { headers: { authorization: `Bearer ${text}` }, secrets: [text] }
      const signed = { 'content-type': headers['content-type'] ?? '' }
      const added = signForAws({ url, headers: signed, body }, key, { region, service: 'bedrock', at: now })
      const secrets = [key.secretAccessKey, ...(key.sessionToken === null ? [] : [key.sessionToken])]
      return { headers: added, secrets }
    },
    unframe: (contentType) =>
      contentType.startsWith('application/vnd.amazon.eventstream') ? createBedrockEvents() : null,
  }
}

function shapeForBedrock({ path, headers, model, body }: AskedModel): ShapedRequest | { readonly refused: string } {
  if (path !== '/v1/messages')
    return { refused: `Bedrock, where this provider's models are asked here, has no ${path}` }
  if (!modelPattern.test(model)) return { refused: notAModel }
  const known = knownBetas(headers, betas)
  const kept = Object.entries(body).filter(
    ([key]) => bodyKeys.has(key) || (key === 'context_management' && known.includes(managesContext)),
  )
  const shaped: JsonObject = {
    ...Object.fromEntries(kept),
    // Said here and nowhere else: what a client wrote for either was left out above.
    anthropic_version: 'bedrock-2023-05-31',
    ...(known.length === 0 ? {} : { anthropic_beta: known }),
  }
  const action = body.stream === true ? 'invoke-with-response-stream' : 'invoke'
  return { path: `/model/${encodeURIComponent(model)}/${action}`, query: '', headers: {}, body: shaped }
}

const notAModel =
  'models are asked on Bedrock here, and this is not how it calls one: [us. | eu. | global. …]anthropic.claude-…'

const bearerPattern = /^[A-Za-z0-9+/=_.-]{20,4096}$/
const pairPattern =
  /^(?<id>A[A-Z0-9]{15,127}):(?<secret>[A-Za-z0-9/+=]{16,128})(?::(?<token>[A-Za-z0-9/+=_-]{16,8192}))?$/

/** `ACCESS_KEY_ID:SECRET_ACCESS_KEY` or the same with `:SESSION_TOKEN`; null: something else. */
function parseAwsKey(text: string): AwsKey | null {
  const { id, secret, token } = pairPattern.exec(text)?.groups ?? {}
  if (id === undefined || secret === undefined) return null
  return { accessKeyId: id, secretAccessKey: secret, sessionToken: token ?? null }
}
