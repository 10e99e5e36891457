import type { ModelSpec } from '../../pipeline/ports/broker.ts'
import type { DayBudget } from '../../pipeline/ports/spending.ts'

export interface DaySpend {
  /** The first budget that is spent; null: go on. Rejects where the book cannot be read: nothing may be asked then. */
  spent(): Promise<DayBudget | null>
  /** Never rejects: what could not be written down is written before anything more is asked. */
  add(usd: number): Promise<void>
}

/** A session's part in the budgets of a day, which other jobs spend from at the same time. */
export function createDaySpend(day: ModelSpec['day']): DaySpend {
  let unwritten = 0

  async function write(): Promise<DayBudget | null> {
    if (day === undefined) return null
    const usd = unwritten
    unwritten = 0
    try {
      return await day.book.add(day.budgets, usd)
    } catch (error) {
      unwritten += usd
      throw error
    }
  }

  return {
    spent: write,
    async add(usd) {
      unwritten += usd
      await write().catch(() => null)
    },
  }
}
