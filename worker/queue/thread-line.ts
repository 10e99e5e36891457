/**
 * Events of one issue or pull request in the order in which they were accepted, whichever apps take them. An event joins
 * the line in the script that accepts it, a press when it is known where it belongs. Each leaves it after its first
 * attempt: one that has to be tried again is not waited for.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { IntakeEvent, Place } from '../contract/index.ts'
import { answered } from './answered.ts'
import { intakeId } from './intake-id.ts'
import { ledgerEntryKey } from './ledger.ts'
import { ledgerSeconds } from './settings.ts'

export interface ThreadLine {
  /**
   * Acts on what belongs at `place` when those before it have left, or after a while in any case. Throws
   * QueueUnavailableError, and what `act` does.
   */
  run<T>(event: IntakeEvent, place: Place, act: () => Promise<T>, signal: AbortSignal): Promise<T>
}

/**
 * How often somebody who waits looks. Also within one app: the queue may hand out what came later first, and whoever waits
 * there for another order than the line's would wait for one that waits for it.
 */
const lookMs = 100
/** An app that died has its events taken up by then. Whoever waited for them must not keep those who would do that busy. */
const longestWaitMs = 60_000

/** Null: where a press belongs is known when our books have been asked. */
export function lineOf(event: IntakeEvent): string | null {
  return event.kind === 'click' ? null : lineAt({ repository: event.repository.id, number: event.subject.number })
}

const lineAt = ({ repository, number }: Place) => `airlock:line:${repository}:${number}`

/** KEYS line · ARGV event, TTL in seconds. */
const joinScript = `
if not redis.call('LPOS', KEYS[1], ARGV[1]) then redis.call('RPUSH', KEYS[1], ARGV[1]) end
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1`

/** KEYS line · ARGV event, what the keys of ledger's entries begin with · 1: nobody is before it. */
const isNextScript = `
while true do
  local first = redis.call('LINDEX', KEYS[1], 0)
  if not first or first == ARGV[1] or not redis.call('LPOS', KEYS[1], ARGV[1]) then return 1 end
  if redis.call('HGET', ARGV[2] .. first, 'state') == 'accepted' then return 0 end
  redis.call('LPOP', KEYS[1])
end`

/** `waitMs` is how long it waits at most. */
export function createThreadLine(redis: Redis, waitMs = longestWaitMs): ThreadLine {
  const entries = ledgerEntryKey('intake', '')
  const isNext = async (line: string, id: string) =>
    z.int().parse(await answered(redis.eval(isNextScript, 1, line, id, entries))) === 1

  return {
    async run(event, place, act, signal) {
      const line = lineAt(place)
      const id = intakeId(event.eventKey)
      if (event.kind === 'click') await answered(redis.eval(joinScript, 1, line, id, ledgerSeconds))
      for (let waited = 0; waited < waitMs && !(await isNext(line, id)); waited += lookMs) {
        await sleep(lookMs, undefined, { signal })
      }
      try {
        return await act()
      } finally {
        await answered(redis.lrem(line, 1, id))
      }
    },
  }
}
