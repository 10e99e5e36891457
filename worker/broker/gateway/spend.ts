import type { Usage } from '../../contract/index.ts'
import type { ModelSpend } from '../../pipeline/ports/spending.ts'
import { costUsd, type ModelPrices, priceOf, type TokenCounts } from '../model-prices.ts'
import { sumOf } from './day-spend.ts'

export interface Spend {
  /**
   * Sets aside the most that a request can use, until it is disposed of. While others are open it waits for room; a
   * request alone has it as long as anything is left. Null: the limit is reached, or the signal is aborted.
   */
  hold(model: string, most: TokenCounts, signal: AbortSignal): Promise<Disposable | null>
  add(model: string, tokens: TokenCounts): void
  /** The limit that is reached, from the moment at which it is. */
  reached(): 'cost-limit' | 'token-limit' | null
  usage(): Usage
}

/** Adds up what a session's requests used. */
export function createSpend(limit: ModelSpend, prices: ModelPrices): Spend {
  let usage: Usage = { requests: 0, inputTokens: 0, outputTokens: 0, costUsd: 0 }
  const held = new Set<ModelSpend>()
  const waiting = new Set<() => void>()

  const spent = (): ModelSpend => ({ usd: usage.costUsd, tokens: usage.inputTokens + usage.outputTokens })
  const reached = () => {
    const { usd, tokens } = spent()
    if (usd >= limit.usd) return 'cost-limit'
    return tokens >= limit.tokens ? 'token-limit' : null
  }
  const spendOf = (model: string, tokens: TokenCounts): ModelSpend => ({
    usd: costUsd(priceOf(prices, model), tokens),
    tokens: inputOf(tokens) + tokens.output,
  })
  const hasRoom = (most: ModelSpend) => {
    const { usd, tokens } = [spent(), ...held, most].reduce(sumOf)
    return held.size === 0 || (usd <= limit.usd && tokens <= limit.tokens)
  }
  const release = (most: ModelSpend) => {
    held.delete(most)
    for (const wake of waiting) wake()
    waiting.clear()
  }

  return {
    async hold(model, tokens, signal) {
      const most = spendOf(model, tokens)
      while (reached() === null && !signal.aborted) {
        if (hasRoom(most)) {
          held.add(most)
          return { [Symbol.dispose]: () => release(most) }
        }
        const { promise, resolve } = Promise.withResolvers<void>()
        waiting.add(resolve)
        signal.addEventListener('abort', () => resolve(), { once: true })
        await promise
      }
      return null
    },
    add(model, tokens) {
      usage = {
        requests: usage.requests + 1,
        inputTokens: usage.inputTokens + inputOf(tokens),
        outputTokens: usage.outputTokens + tokens.output,
        costUsd: usage.costUsd + spendOf(model, tokens).usd,
      }
    },
    reached,
    usage: () => usage,
  }
}

function inputOf(tokens: TokenCounts): number {
  return tokens.input + tokens.cacheRead + tokens.cacheWrite + tokens.cacheWriteLong
}
