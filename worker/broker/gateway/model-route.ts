import { anthropic } from './anthropic.ts'
import { gemini } from './gemini.ts'
import { openai } from './openai.ts'
import type { Provider } from './provider.ts'

export interface ModelRoute {
  readonly provider: Provider
  /** As the provider knows it, without our prefix. */
  readonly path: string
  readonly query: URLSearchParams
}

const providers = new Map<string, Provider>([anthropic, openai, gemini].map((provider) => [provider.name, provider]))

/** Reads `/anthropic/v1/messages?…`. Nothing is decoded or tidied up: a path is known letter by letter, or not at all. */
export function parseModelRoute(url: string): ModelRoute | null {
  const match = /^\/(?<name>[a-z]+)(?<path>\/[^?#]*)?(?:\?(?<query>[^#]*))?$/.exec(url)
  const provider = providers.get(match?.groups?.name ?? '')
  if (provider === undefined) return null
  return { provider, path: match?.groups?.path ?? '/', query: new URLSearchParams(match?.groups?.query ?? '') }
}
