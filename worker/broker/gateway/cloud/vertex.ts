import { knownBetas } from './betas.ts'
import type { AskedModel, Cloud, ShapedRequest } from './cloud.ts'
import { createGoogleTokens, parseServiceAccount } from './google-tokens.ts'

const claudePattern = /^claude[a-z0-9.-]{1,100}(?:@[a-z0-9-]{1,32})?$/
const geminiPath =
  /^\/v1beta\/models\/(?<model>gemini[a-z0-9.-]{1,100}):(?<action>generateContent|streamGenerateContent)$/
const betas: ReadonlySet<string> = new Set([
  'compact-2026-01-12',
  'computer-use-2025-01-24',
  'computer-use-2025-11-24',
  'context-1m-2025-08-07',
  'context-management-2025-06-27',
  'interleaved-thinking-2025-05-14',
  'tool-search-tool-2025-10-19',
])

export type VertexPublisher = 'anthropic' | 'google'

/** Models of one publisher on Google's Vertex AI. Project and location are in the operator's base URL. */
export function createVertex(publisher: VertexPublisher): Cloud {
  const tokens = createGoogleTokens()
  return {
    name: 'vertex',
    isKey: (text) => parseServiceAccount(text) !== null,
    shape: publisher === 'anthropic' ? shapeClaude : shapeGemini,
    async authorise(_request, key, now) {
      const token = await tokens.get(key, now)
      return { headers: { authorization: `Bearer ${token}` }, secrets: [token] }
    },
    unframe: () => null,
  }
}

function shapeClaude({ path, headers, model, body }: AskedModel): ShapedRequest | { readonly refused: string } {
  if (path !== '/v1/messages') return { refused: `Vertex, where this provider's models are asked here, has no ${path}` }
  if (!claudePattern.test(model)) return { refused: notAModel('claude-… or claude-…@DATE') }
  const { model: _model, anthropic_version: _version, anthropic_beta: _betas, ...rest } = body
  const known = knownBetas(headers, betas)
  return {
    path: `/publishers/anthropic/models/${model}:${body.stream === true ? 'streamRawPredict' : 'rawPredict'}`,
    query: '',
    headers: known.length === 0 ? {} : { 'anthropic-beta': known.join(',') },
    body: { ...rest, anthropic_version: 'vertex-2023-10-16' },
  }
}

function shapeGemini({ path, query, body }: AskedModel): ShapedRequest | { readonly refused: string } {
  const { model, action } = geminiPath.exec(path)?.groups ?? {}
  if (model === undefined) return { refused: notAModel('gemini-…') }
  return {
    path: `/publishers/google/models/${model}:${action}`,
    query: query.get('alt') === 'sse' ? '?alt=sse' : '',
    headers: {},
    body,
  }
}

function notAModel(right: string): string {
  return `models are asked on Vertex here, and this is not how it calls one: ${right}`
}
