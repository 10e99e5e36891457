import type { Redis } from 'ioredis'
import { type JobRequest, type Quota, quotasOf } from '../contract/index.ts'
import { answered } from './answered.ts'
import { dayKey, daySeconds } from './day-keys.ts'
import { ledgerEntryKey } from './ledger.ts'
import { leaseScript } from './quota-scripts.ts'

export interface LeaseDeps {
  readonly redis: Redis
  readonly now: () => number
  readonly leaseMs: number
}

/** The jobs of an account that run. */
export const runningKey = ({ account }: Quota) => `airlock:running:${account}`

/**
 * Keeps the place that a job has taken, and counts the minutes that it runs, until what is returned is called. A worker
 * that dies keeps no place for longer than the lease, and no minutes but those since it last said that it lives.
 */
export function holdLease({ redis, now, leaseMs }: LeaseDeps, request: JobRequest, holder: string) {
  const quotas = quotasOf(request)
  const running = quotas.filter(({ unit }) => unit === 'concurrent').map(runningKey)
  const minutes = quotas.filter(({ unit }) => unit === 'minutes')
  const entry = ledgerEntryKey('jobs', request.id)
  let since = now()

  async function say(lease: number): Promise<void> {
    await answered(redis.eval(leaseScript, 1 + running.length, entry, ...running, request.id, holder, lease))
    if (minutes.length === 0) return
    const at = now()
    const write = redis.multi()
    for (const quota of minutes) {
      const key = dayKey(quota, at)
      write.incrby(key, Math.max(at - since, 0)).expire(key, daySeconds)
    }
    await answered(write.exec())
    since = at
  }

  let saying: Promise<void> = Promise.resolve()
  // While Redis is away the lease may end; what was not counted is counted when it is back.
  const next = (lease: number) => {
    saying = saying.then(() => say(lease)).catch(() => undefined)
    return saying
  }
  const timer = setInterval(() => void next(leaseMs), leaseMs / 3)
  return async () => {
    clearInterval(timer)
    await next(0)
  }
}
