import type { Redis } from 'ioredis'
import { z } from 'zod'
import { answered } from './answered.ts'
import { ledgerEntryKey } from './ledger.ts'

/** The word to stop one job, as its attempt hears it: a person's, or because the App may not act there any more. */
export interface CancelWatch extends Disposable {
  /** Aborted with `by-person` or `access-ended`. */
  readonly signal: AbortSignal
  /**
   * From here on the job comes to its end: what has been handed off cannot be taken back. Throws where it was
   * cancelled before.
   */
  settle(): Promise<void>
}

const everyMs = 1500

/** KEYS ledger's entry · the word that it was cancelled by before; nil: it was not. */
const settleScript = `
local word = redis.call('HGET', KEYS[1], 'cancel')
if word then return word end
redis.call('HSET', KEYS[1], 'settled', '1')
return nil`

const wordSchema = z.string().nullable()
const reasonOf = (word: string) => (word === 'access-ended' ? word : 'by-person')

export async function watchCancel(redis: Redis, jobId: string): Promise<CancelWatch> {
  const key = ledgerEntryKey('jobs', jobId)
  const cancelled = new AbortController()
  let settled = (await answered(redis.hexists(key, 'settled'))) === 1
  const look = async () => {
    const word = settled ? null : await redis.hget(key, 'cancel')
    if (word !== null) cancelled.abort(reasonOf(word))
  }
  await look()
  // While Redis is away nobody can cancel either, and the fence stops whatever has an effect.
  const timer = setInterval(() => void look().catch(() => undefined), everyMs)
  return {
    signal: cancelled.signal,
    async settle() {
      if (settled) return
      const word = wordSchema.parse(await answered(redis.eval(settleScript, 1, key)))
      if (word !== null) cancelled.abort(reasonOf(word))
      cancelled.signal.throwIfAborted()
      settled = true
    },
    [Symbol.dispose]: () => clearInterval(timer),
  }
}
