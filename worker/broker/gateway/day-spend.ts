import type { ModelSpec } from '../../pipeline/ports/broker.ts'
import type { DayBudget } from '../../pipeline/ports/spending.ts'
import { type ModelRefusal, stopAsking } from './check-request.ts'

export interface DaySpend {
  /** Why nothing may be asked now: a budget is spent, or the book cannot be read. */
  refusal(): Promise<ModelRefusal | null>
  /** Never rejects: what could not be written down is written before anything more is asked. */
  add(usd: number): Promise<void>
  /** The budget that a request was refused for. */
  spent(): DayBudget | null
}

/** A session's part in the budgets of a day, which other jobs spend from at the same time. */
export function createDaySpend(day: ModelSpec['day']): DaySpend {
  let unwritten = 0
  let spent: DayBudget | null = null

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
    async refusal() {
      try {
        spent = await write()
      } catch {
        const why = "the day's budget could not be read"
        return { status: 503, why, instead: 'try again in a moment.', passing: true }
      }
      if (spent === null) return null
      return { status: 429, why: `the day's budget of ${spent.whose} is spent`, instead: stopAsking }
    },
    async add(usd) {
      unwritten += usd
      await write().catch(() => null)
    },
    spent: () => spent,
  }
}
