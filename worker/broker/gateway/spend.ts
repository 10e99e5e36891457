import type { Usage } from '../../contract/index.ts'
import { costUsd, type ModelPrices, priceOf, type TokenCounts } from '../model-prices.ts'

export interface Spend {
  add(model: string, tokens: TokenCounts): void
  /** True from the moment at which the limit is reached. */
  reached(): boolean
  usage(): Usage
}

/** Adds up what a session's requests used. */
export function createSpend(limitUsd: number, prices: ModelPrices): Spend {
  let usage: Usage = { requests: 0, inputTokens: 0, outputTokens: 0, costUsd: 0 }
  return {
    add(model, tokens) {
      usage = {
        requests: usage.requests + 1,
        inputTokens: usage.inputTokens + tokens.input + tokens.cacheRead + tokens.cacheWrite + tokens.cacheWriteLong,
        outputTokens: usage.outputTokens + tokens.output,
        costUsd: usage.costUsd + costUsd(priceOf(prices, model), tokens),
      }
    },
    reached: () => usage.costUsd >= limitUsd,
    usage: () => usage,
  }
}

/**
 * Tokens of one answer, or a guess on the high side where it did not say: four bytes to a token. An answer that was
 * cut short is guessed too, so that hanging up before the last event is no way around the limit.
 */
export function tokensOf(
  said: Partial<TokenCounts>,
  sizes: { readonly requestBytes: number; readonly answerBytes: number; readonly whole: boolean },
): TokenCounts {
  const guess = Math.ceil(sizes.answerBytes / 4)
  const output = said.output ?? guess
  return {
    input: said.input ?? Math.ceil(sizes.requestBytes / 4),
    cacheRead: said.cacheRead ?? 0,
    cacheWrite: said.cacheWrite ?? 0,
    cacheWriteLong: said.cacheWriteLong ?? 0,
    output: sizes.whole ? output : Math.max(output, guess),
  }
}
