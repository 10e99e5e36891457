import type { TokenCounts } from '../model-prices.ts'
import { isUnasked, type ModelAnswer, type RelayedAnswer } from './forward-model.ts'
import type { TakenRequest } from './take-request.ts'

type Asked = Pick<TakenRequest, 'body' | 'mostOutput'>

/** The most that a request can use: four bytes to a token, and the longest answer. */
export function mostOf({ body, mostOutput }: Asked): TokenCounts {
  return { input: tokensIn(body.length), cacheRead: 0, cacheWrite: 0, cacheWriteLong: 0, output: mostOutput }
}

/**
 * What a provider charges for: what it answered, and what it was still answering when the client hung up. So an answer
 * whose usage or whose end nobody saw counts as the most that it can have been: neither is a way around the limit. One
 * that the provider itself broke off is guessed by its length. Null: nothing is charged.
 */
export function tokensOf(asked: Asked, answer: ModelAnswer): TokenCounts | null {
  const most = mostOf(asked)
  if (typeof answer === 'string') return isUnasked(answer) ? null : most
  if (answer.status >= 300) return null
  const said = answer.reader.counts()
  const guess = Math.max(said.output ?? 0, tokensIn(answer.reader.bytes()))
  const atMost = Math.max(guess, most.output)
  const output = { seen: said.output ?? atMost, failed: guess, unseen: atMost }[endOf(answer)]
  return { ...most, ...said, output }
}

/** Clients hang up as soon as they have read the last event. */
function endOf({ reader, whole }: RelayedAnswer): 'seen' | 'failed' | 'unseen' {
  const stop = reader.stop()
  if (stop === 'failed') return 'failed'
  return whole || (stop !== null && reader.counts().output !== undefined) ? 'seen' : 'unseen'
}

function tokensIn(bytes: number): number {
  return Math.ceil(bytes / 4)
}
