import { describeQuota, type Quota } from '../../contract/index.ts'
import type { ModelSpec } from '../../pipeline/ports/broker.ts'
import type { ModelSpend } from '../../pipeline/ports/spending.ts'
import { type ModelRefusal, stopAsking } from './check-request.ts'

export interface DaySpend {
  /** Why nothing may be asked now: a quota is used up, or the book cannot be read. */
  refusal(): Promise<ModelRefusal | null>
  /** Never rejects: what could not be written down is written before anything more is asked. */
  add(spend: ModelSpend): Promise<void>
  /** The quota that a request was refused for. */
  spent(): Quota | null
}

/** A session's part in the quotas of a day, which other jobs spend from at the same time. */
export function createDaySpend(day: ModelSpec['day']): DaySpend {
  let unwritten: ModelSpend = nothing
  let spent: Quota | null = null

  async function write(): Promise<Quota | null> {
    if (day === undefined) return null
    const spend = unwritten
    unwritten = nothing
    try {
      return await day.book.add(day.quotas, spend)
    } catch (error) {
      unwritten = sumOf(unwritten, spend)
      throw error
    }
  }

  return {
    async refusal() {
      try {
        spent = await write()
      } catch {
        const why = "the day's quotas could not be read"
        return { status: 503, why, instead: 'try again in a moment.', passing: true }
      }
      if (spent === null) return null
      return { status: 429, why: `nothing is left of ${describeQuota(spent)}`, instead: stopAsking }
    },
    async add(spend) {
      unwritten = sumOf(unwritten, spend)
      await write().catch(() => null)
    },
    spent: () => spent,
  }
}

const nothing: ModelSpend = { usd: 0, tokens: 0 }

export function sumOf(one: ModelSpend, other: ModelSpend): ModelSpend {
  return { usd: one.usd + other.usd, tokens: one.tokens + other.tokens }
}
