/** Counts tokens that proved nobody: GitHub shuts out an address that sends it too many, and with it our webhooks' work. */
export interface GuessWatch {
  /** False: too many of late, and no unknown token is looked at. */
  mayTry(): boolean
  failed(): void
}

const windowMs = 60_000
const most = 20

export function createGuessWatch(now: () => number): GuessWatch {
  let failures: number[] = []
  return {
    mayTry() {
      failures = failures.filter((at) => at > now() - windowMs)
      return failures.length < most
    },
    failed: () => void failures.push(now()),
  }
}
