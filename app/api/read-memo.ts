import { apiTokenDigest, keepNewest } from '../../worker/contract/index.ts'

/** Who was shown a job lately: whoever asks again within a minute does not cost GitHub five requests. */
export interface ReadMemo {
  /** The caller's id; null: not lately. */
  whoSaw(token: string, jobId: string): number | null
  note(token: string, jobId: string, callerId: number): void
}

const keptMs = 60_000
const most = 1000

/** Of tokens only their SHA-256 is kept. */
export function createReadMemo(now: () => number): ReadMemo {
  const seen = new Map<string, { readonly callerId: number; readonly until: number }>()
  const keyOf = (token: string, jobId: string) => `${apiTokenDigest(token)}:${jobId}`
  return {
    whoSaw(token, jobId) {
      const entry = seen.get(keyOf(token, jobId))
      return entry !== undefined && entry.until > now() ? entry.callerId : null
    },
    note(token, jobId, callerId) {
      for (const [key, { until }] of seen) if (until <= now()) seen.delete(key)
      keepNewest(seen, keyOf(token, jobId), { callerId, until: now() + keptMs }, most)
    },
  }
}
