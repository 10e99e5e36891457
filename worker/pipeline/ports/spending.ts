/** What one account may spend on models in a day (UTC). */
export interface DayBudget {
  readonly account: string
  /** In words: `octo-org`, `octo-org/api`, `ada in octo-org`. */
  readonly whose: string
  readonly usd: number
}

/** What models have cost today, of all jobs of an installation together. */
export interface SpendBook {
  /**
   * Adds `usd` to the account of each budget, and resolves with the first budget that has nothing left; null: each
   * has. 0 only asks. Rejects where the book cannot be read or written.
   */
  add(budgets: readonly DayBudget[], usd: number): Promise<DayBudget | null>
}
