/**
 * What jobs take of their quotas, for all workers together. A job that is over one is refused, or comes back later: it
 * waits in Redis, and no worker is held for it.
 */
import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { describeQuota, type JobRequest, overOf, type Quota, type QuotaWait, quotasOf } from '../contract/index.ts'
import type { Fence } from '../pipeline/ports/index.ts'
import { answered } from './answered.ts'
import { counted, dayKey, daySeconds, endOfDay } from './day-keys.ts'
import { fenceLost, ledgerEntryKey } from './ledger.ts'
import { createPaceBook } from './pace-book.ts'
import { holdLease, runningKey } from './quota-lease.ts'
import { beginScript } from './quota-scripts.ts'
import type { Turn } from './run-attempt.ts'
import { ledgerSeconds } from './settings.ts'

export interface QuotaBook {
  /** Has this job room in all of its quotas, and what does it do then? Throws QueueUnavailableError. */
  begin(request: JobRequest): Promise<Turn<JobRequest>>
}

export interface QuotaDeps {
  readonly redis: Redis
  /** Tells whoever asked, once. What it throws is tried again later. */
  readonly onWait: (request: JobRequest, wait: QuotaWait, fence: Fence) => Promise<void>
  /** Where the queue puts a job that has waited, so that its repository does not come before all others. */
  readonly priorityAgain: (request: JobRequest) => Promise<number>
  /** Milliseconds since the epoch: says which day it is. */
  readonly now?: () => number
  /** After so many, the place of a worker that died is another's. */
  readonly leaseMs?: number
}

/** How often the first of those that wait looks again; the second half as often, and so on. */
const waitMs = 1500
/** Everybody looks as often as that: it is how a job that waits hears that it was cancelled. */
const longestWaitMs = 30_000
/** People of one installation who are told in a minute: GitHub limits how much an App writes. The others hear it later. */
const mostTold = 20

const replySchema = z.tuple([z.enum(['taken', 'free', 'turn', 'refused', 'wait']), z.int(), z.int(), z.int()])

export function createQuotaBook(deps: QuotaDeps): QuotaBook {
  const { redis, now = Date.now, leaseMs = 30_000 } = deps
  const pace = createPaceBook(redis)

  async function begin(request: JobRequest, quotas: readonly Quota[]): Promise<Turn<JobRequest>> {
    const at = now()
    const waits = quotas.map((quota) => waitOf(quota, at))
    const entry = ledgerEntryKey('jobs', request.id)
    const keys = quotas.flatMap((quota) => [usedKey(quota, at), `airlock:waiting:${quota.unit}:${quota.account}`])
    const each = quotas.flatMap((quota, index) => [
      ...[quota.unit, counted(quota, quota.most), overOf(request.policy, quota)],
      JSON.stringify(waits[index]),
    ])
    const holder = randomUUID()
    const common = [request.id, holder, leaseMs, ledgerEntryKey('jobs', ''), daySeconds, ledgerSeconds]
    const reply = await answered(
      redis.eval(beginScript, 2 + keys.length, entry, 'airlock:order', ...keys, ...common, ...each),
    )
    const [kind, which, place, isTold] = replySchema.parse(reply)
    const [quota, wait] = [quotas[which - 1], waits[which - 1]]
    if (kind === 'taken') return { kind: 'run', request, end: holdLease({ redis, now, leaseMs }, request, holder) }
    if (kind === 'turn') return { kind: 'wait', delayMs: 0, priority: await deps.priorityAgain(request) }
    if (kind === 'refused' && quota !== undefined) return { kind: 'run', request: { ...request, overQuota: quota } }
    if (kind !== 'wait' || wait === undefined) return { kind: 'run', request }
    const failed = isTold === 0 && !(await tell(request, wait))
    return { kind: 'wait', delayMs: failed ? longestWaitMs : delayOf(wait, place, at) }
  }

  /** False: it could not be told. */
  async function tell(request: JobRequest, wait: QuotaWait): Promise<boolean> {
    if ((await pace.take(`waits:${request.installationId}`, mostTold, 60)) !== null) return true
    const entry = ledgerEntryKey('jobs', request.id)
    const said = JSON.stringify(wait)
    const fence = {
      async check() {
        if ((await answered(redis.hget(entry, 'waits'))) !== said) throw fenceLost(request.id)
      },
    }
    try {
      await deps.onWait(request, wait, fence)
    } catch {
      return false
    }
    await answered(redis.hset(entry, 'told', said))
    return true
  }

  return {
    async begin(request) {
      const quotas = quotasOf(request)
      // What a person approved runs no agent, and what another job does has only to end.
      const isFree = request.approval !== undefined || request.joinedTo !== undefined || quotas.length === 0
      return isFree ? { kind: 'run', request } : begin(request, quotas)
    },
  }
}

function usedKey(quota: Quota, at: number): string {
  return quota.unit === 'concurrent' ? runningKey(quota) : dayKey(quota, at)
}

function waitOf(quota: Quota, at: number): QuotaWait {
  return { quota: describeQuota(quota), until: quota.unit === 'concurrent' ? null : endOfDay(at) }
}

function delayOf({ until }: QuotaWait, place: number, at: number): number {
  const left = until === null ? 0 : Math.max(Date.parse(until) - at, 0)
  return Math.min(left + waitMs * place, longestWaitMs)
}
