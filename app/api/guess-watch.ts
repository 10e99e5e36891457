import { apiTokenDigest, keepNewest } from '../../worker/contract/index.ts'

/**
 * Counts tokens that proved nobody: GitHub shuts out an address that sends it too many, and with it our webhooks' work.
 * One that was good lately is not kept out by those who guess.
 */
export interface GuessWatch {
  /** False: too many of late, and no unknown token is sent to GitHub. */
  mayTry(token: string): boolean
  failed(token: string): void
  succeeded(token: string): void
}

const windowMs = 60_000
const most = 20
const goodMs = 60 * 60_000
const mostGood = 1000

/** Of tokens only their SHA-256 is kept. */
export function createGuessWatch(now: () => number): GuessWatch {
  let failures: number[] = []
  const good = new Map<string, number>()
  return {
    mayTry(token) {
      failures = failures.filter((at) => at > now() - windowMs)
      return failures.length < most || (good.get(apiTokenDigest(token)) ?? 0) > now()
    },
    failed(token) {
      failures.push(now())
      good.delete(apiTokenDigest(token))
    },
    succeeded(token) {
      keepNewest(good, apiTokenDigest(token), now() + goodMs, mostGood)
    },
  }
}
