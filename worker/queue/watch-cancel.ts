import type { Redis } from 'ioredis'
import { answered } from './answered.ts'
import { ledgerEntryKey } from './ledger.ts'

/** A person's word to stop one job, as its attempt hears it. */
export interface CancelWatch extends Disposable {
  /** Aborted with `by-person`. */
  readonly signal: AbortSignal
  /**
   * From here on the job comes to its end: what has been handed off cannot be taken back. Throws where somebody has
   * cancelled it before.
   */
  settle(): Promise<void>
}

const everyMs = 1500

/** KEYS ledger's entry · 1: it was cancelled before. */
const settleScript = `
if redis.call('HEXISTS', KEYS[1], 'cancel') == 1 then return 1 end
redis.call('HSET', KEYS[1], 'settled', '1')
return 0`

export async function watchCancel(redis: Redis, jobId: string): Promise<CancelWatch> {
  const key = ledgerEntryKey('jobs', jobId)
  const cancelled = new AbortController()
  let settled = (await answered(redis.hexists(key, 'settled'))) === 1
  const look = async () => {
    if (!settled && (await redis.hexists(key, 'cancel')) === 1) cancelled.abort('by-person')
  }
  await look()
  // While Redis is away nobody can cancel either, and the fence stops whatever has an effect.
  const timer = setInterval(() => void look().catch(() => undefined), everyMs)
  return {
    signal: cancelled.signal,
    async settle() {
      if (settled) return
      if ((await answered(redis.eval(settleScript, 1, key))) === 1) cancelled.abort('by-person')
      cancelled.signal.throwIfAborted()
      settled = true
    },
    [Symbol.dispose]: () => clearInterval(timer),
  }
}
