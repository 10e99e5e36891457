/** The operator's side of what is kept: a list, and one change opened. Nothing is decided or taken away here. */
import type { Redis } from 'ioredis'
import { type KeptEntry, keptEntrySchema } from '../contract/index.ts'
import type { Kept } from '../pipeline/ports/index.ts'
import { answered } from './answered.ts'
import { heldKey, heldKeyPrefix } from './held-keys.ts'
import { decodeKept } from './kept-codec.ts'
import { keptKey } from './kept-entry.ts'

/** Keys that are looked at in one round trip, of all that Redis has. */
const atOnce = 1000

/** What is kept, by when it ends. Throws a retryable error where Redis is away. */
export async function listKept(redis: Redis): Promise<readonly KeptEntry[]> {
  const keys = new Set<string>()
  let cursor = '0'
  do {
    const [next, found] = await answered(redis.scan(cursor, 'MATCH', `${heldKeyPrefix}*`, 'COUNT', atOnce))
    for (const key of found) keys.add(key)
    cursor = next
  } while (cursor !== '0')
  const texts = await Promise.all([...keys].map((key) => answered(redis.hget(key, 'entry'))))
  const entries = texts.flatMap((text) => (text === null ? [] : [keptEntrySchema.parse(JSON.parse(text))]))
  return entries.toSorted((a, b) => a.until.localeCompare(b.until))
}

/** Null: it is not kept. `kept` is null where it was sealed with another key, changed since, or by another version. */
export async function openKept(
  redis: Redis,
  privateKey: string,
  jobId: string,
): Promise<{ readonly entry: KeptEntry; readonly kept: Kept | null } | null> {
  const { entry, change } = await answered(redis.hgetallBuffer(heldKey(jobId)))
  if (entry === undefined || change === undefined) return null
  return {
    entry: keptEntrySchema.parse(JSON.parse(entry.toString('utf8'))),
    kept: await decodeKept(keptKey(privateKey), jobId, change),
  }
}
