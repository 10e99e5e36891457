import type { Quota } from '../../contract/index.ts'

/** What requests to models take of the day's quotas. */
export interface ModelSpend {
  readonly usd: number
  readonly tokens: number
}

/** What models have taken today, of all jobs of an installation together. */
export interface SpendBook {
  /**
   * Adds to the account of each quota, of which only those of money and tokens count, and resolves with the first that
   * has nothing left; null: each has. Nothing only asks. Rejects where the book cannot be read or written.
   */
  add(quotas: readonly Quota[], spend?: ModelSpend): Promise<Quota | null>
}
