/**
 * What models cost, in US dollars per million tokens, as published by their providers for pay-as-you-go use, as they
 * stood in autumn 2026. Where a price is announced to rise, the higher one is listed. Cost limits are a brake, not an
 * invoice: discounts, priority and regional surcharges are not known. Operators have prices of their own in a file.
 */

export interface ModelPrice {
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  /** Writing to a cache that lives for minutes, and for an hour. */
  readonly cacheWrite: number
  readonly cacheWriteLong: number
  /** Prompts of more tokens than `above` cost these factors more. */
  readonly longPrompt: { readonly above: number; readonly input: number; readonly output: number } | null
  /** Where the price is from, and of when. */
  readonly source: string
}

/**
 * By a model's name, or its beginning up to a hyphen (`gpt-5` for `gpt-5-codex`); the longest that fits counts. A cloud's
 * name for a model (`eu.anthropic.claude-opus-5-v1:0`, `claude-opus-5@20260101`) has the model's own price, unless it is
 * listed itself.
 */
export type ModelPrices = ReadonlyMap<string, ModelPrice>

/** Tokens of one answer. They do not overlap: `input` is without what was read from or written to a cache. */
export interface TokenCounts {
  readonly input: number
  readonly cacheRead: number
  readonly cacheWrite: number
  readonly cacheWriteLong: number
  readonly output: number
}

export const modelPrices: ModelPrices = new Map([
  ['claude-fable-5', anthropic(10, 50, 1)],
  ['claude-fable-5-1', anthropic(10, 50, 0.25)],
  ['claude-opus-5-5', anthropic(4, 20, 0.2)],
  ['claude-opus-5', anthropic(5, 25, 0.5)],
  ['claude-opus-4-8', anthropic(5, 25, 0.5)],
  ['claude-opus-4-7', anthropic(5, 25, 0.5)],
  ['claude-opus-4-6', anthropic(5, 25, 0.5)],
  ['claude-opus-4-5', anthropic(5, 25, 0.5)],
  ['claude-opus-4', anthropic(15, 75, 1.5)],
  ['claude-sonnet-5-5', anthropic(2, 10, 0.1)],
  ['claude-sonnet-5', anthropic(2, 10, 0.2)],
  ['claude-sonnet-4', anthropic(3, 15, 0.3)],
  ['claude-haiku-5-5', { ...anthropic(0.1, 0.5, 0.01), longPrompt: { above: 100_000, input: 5, output: 5 } }],
  ['claude-haiku-4-5', anthropic(1, 5, 0.1)],
  ['gpt-6-astra', openai(10, 50)],
  ['gpt-5.6-sol', openai(4, 20)],
  ['gpt-5.6-terra', openai(2, 12)],
  ['gpt-5.6-luna', openai(0.2, 1.2)],
  ['gpt-5.5-pro', openai(30, 180)],
  ['gpt-5.5', openai(5, 30)],
  ['gpt-5.4', openai(2.5, 15)],
  ['gpt-5.4-mini', openai(0.75, 4.5)],
  ['gpt-5.4-nano', openai(0.2, 1.25)],
  ['gpt-5.4-pro', openai(30, 180)],
  ['gpt-5.3-codex', openai(1.75, 14)],
  ['gpt-5.2', openai(1.75, 14)],
  ['gpt-5.2-pro', openai(21, 168)],
  ['gpt-5.1', openai(1.25, 10)],
  ['gpt-5', openai(1.25, 10)],
  ['gpt-5-mini', openai(0.25, 2)],
  ['gpt-5-pro', openai(15, 120)],
  ['gemini-3.8-flash', gemini(1.5, 7.5)],
  ['gemini-3.5-flash', gemini(1.5, 9)],
  ['gemini-3.1-pro', gemini(2, 12, { above: 200_000, input: 2, output: 1.5 })],
  ['gemini-3-pro', gemini(2, 12, { above: 200_000, input: 2, output: 1.5 })],
  ['gemini-3-flash', gemini(0.5, 3)],
  ['gemini-2.5-pro', gemini(1.25, 10, { above: 200_000, input: 2, output: 1.5 })],
  ['gemini-2.5-flash', gemini(0.3, 2.5)],
])

/** An unknown model costs as much as the dearest that is known, so that a new name is no way around the limit. */
export function priceOf(prices: ModelPrices, model: string): ModelPrice {
  const asked = [model, model.replace(/^(?:[a-z-]+\.)?anthropic\./, '').replace('@', '-')]
  const names = [...prices.keys()].filter((name) => asked.some((form) => form === name || form.startsWith(`${name}-`)))
  const longest = names.reduce((best, name) => (name.length > best.length ? name : best), '')
  return prices.get(longest) ?? dearest(prices)
}

export function costUsd(price: ModelPrice, tokens: TokenCounts): number {
  const prompt = tokens.input + tokens.cacheRead + tokens.cacheWrite + tokens.cacheWriteLong
  const long = price.longPrompt !== null && prompt > price.longPrompt.above ? price.longPrompt : { input: 1, output: 1 }
  const input =
    tokens.input * price.input +
    tokens.cacheRead * price.cacheRead +
    tokens.cacheWrite * price.cacheWrite +
    tokens.cacheWriteLong * price.cacheWriteLong
  return (input * long.input + tokens.output * price.output * long.output) / 1_000_000
}

function dearest(prices: ModelPrices): ModelPrice {
  const all = [...prices.values()]
  const most = (pick: (price: ModelPrice) => number) => Math.max(0, ...all.map(pick))
  return {
    input: most((price) => price.input),
    output: most((price) => price.output),
    cacheRead: most((price) => price.cacheRead),
    cacheWrite: most((price) => price.cacheWrite),
    cacheWriteLong: most((price) => price.cacheWriteLong),
    longPrompt: null,
    source: 'the dearest of the table',
  }
}

function anthropic(input: number, output: number, cacheRead: number): ModelPrice {
  const source = 'platform.claude.com/docs/en/about-claude/pricing, autumn 2026'
  return { input, output, cacheRead, cacheWrite: input * 1.25, cacheWriteLong: input * 2, longPrompt: null, source }
}

/** Caching is automatic and writing free. From GPT-5.4 on, long prompts cost more; older ones cannot be that long. */
function openai(input: number, output: number): ModelPrice {
  const longPrompt = { above: 272_000, input: 2, output: 1.5 }
  const source = 'developers.openai.com/api/docs/pricing, autumn 2026'
  return { input, output, cacheRead: input / 10, cacheWrite: input, cacheWriteLong: input, longPrompt, source }
}

function gemini(input: number, output: number, longPrompt: ModelPrice['longPrompt'] = null): ModelPrice {
  const source = 'ai.google.dev/gemini-api/docs/pricing, autumn 2026'
  return { input, output, cacheRead: input / 10, cacheWrite: input, cacheWriteLong: input, longPrompt, source }
}
