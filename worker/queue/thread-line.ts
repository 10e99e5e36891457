/**
 * Events of one issue or pull request in the order in which they were accepted, whichever apps take them. An event joins
 * the line in the script that accepts it, a press when it is known where it belongs. Each leaves it after its first
 * attempt: one that has to be tried again is not waited for. Whoever waits is back in the queue meanwhile, and keeps no
 * place from the one that it waits for.
 */
import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { IntakeEvent, Place } from '../contract/index.ts'
import { answered } from './answered.ts'
import { intakeId } from './intake-id.ts'
import { ledgerEntryKey } from './ledger.ts'
import { NotYetError, type Turn } from './run-attempt.ts'
import { ledgerSeconds } from './settings.ts'

/** Methods throw QueueUnavailableError. */
export interface ThreadLine {
  /** Of an event that is not known to belong anywhere it always is. */
  turnOf(event: IntakeEvent): Promise<Turn<IntakeEvent>>
  /** Acts on what belongs at `place` if it is its turn there, else throws NotYetError. Throws what `act` does. */
  run<T>(event: IntakeEvent, place: Place, act: () => Promise<T>): Promise<T>
}

/** An app that died has its events taken up by then. */
const longestWaitMs = 60_000
/** Between two looks of one that waits: a part of how long it has waited. */
const delays = { least: 100, most: 1000, part: 4 }

/** Null: where a press belongs is known when our books have been asked. */
export function lineOf(event: IntakeEvent): string | null {
  return event.kind === 'click' ? null : lineAt({ repository: event.repository.id, number: event.subject.number })
}

const lineAt = ({ repository, number }: Place) => `airlock:line:${repository}:${number}`

/** KEYS line, the event's entry in the ledger · ARGV event, TTL in seconds. */
const joinScript = `
if not redis.call('LPOS', KEYS[1], ARGV[1]) then redis.call('RPUSH', KEYS[1], ARGV[1]) end
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('HSET', KEYS[2], 'line', KEYS[1])
return 1`

/**
 * KEYS line, the event's entry in the ledger · ARGV event, what the keys of entries begin with, the longest wait · -1: it
 * is its turn, else for how many milliseconds it has waited. Those that have ended stand in nobody's way.
 */
const turnScript = `
local first = redis.call('LINDEX', KEYS[1], 0)
while first and first ~= ARGV[1] and redis.call('LPOS', KEYS[1], ARGV[1]) do
  if redis.call('HGET', ARGV[2] .. first, 'state') == 'accepted' then
    local time = redis.call('TIME')
    local now = time[1] * 1000 + math.floor(time[2] / 1000)
    redis.call('HSETNX', KEYS[2], 'inLineSince', now)
    local waited = now - redis.call('HGET', KEYS[2], 'inLineSince')
    if waited >= tonumber(ARGV[3]) then return -1 end
    return waited
  end
  redis.call('LPOP', KEYS[1])
  first = redis.call('LINDEX', KEYS[1], 0)
end
return -1`

/** `waitMs` is how long it waits at most. */
export function createThreadLine(redis: Redis, waitMs = longestWaitMs): ThreadLine {
  const entries = ledgerEntryKey('intake', '')
  const entryOf = (event: IntakeEvent) => ledgerEntryKey('intake', intakeId(event.eventKey))

  /** Milliseconds until it looks again; null: it is its turn. */
  async function delayOf(event: IntakeEvent, line: string): Promise<number | null> {
    const id = intakeId(event.eventKey)
    const reply = await answered(redis.eval(turnScript, 2, line, entryOf(event), id, entries, waitMs))
    const waited = z.int().parse(reply)
    if (waited < 0) return null
    return Math.min(Math.max(Math.round(waited / delays.part), delays.least), delays.most)
  }

  return {
    async turnOf(event) {
      const line = lineOf(event) ?? (await answered(redis.hget(entryOf(event), 'line')))
      const delayMs = line === null ? null : await delayOf(event, line)
      return delayMs === null ? { kind: 'run', request: event } : { kind: 'wait', delayMs }
    },
    async run(event, place, act) {
      const line = lineAt(place)
      const id = intakeId(event.eventKey)
      if (event.kind === 'click') await answered(redis.eval(joinScript, 2, line, entryOf(event), id, ledgerSeconds))
      const delayMs = await delayOf(event, line)
      if (delayMs !== null) throw new NotYetError(delayMs)
      try {
        return await act()
      } finally {
        await answered(redis.lrem(line, 1, id))
      }
    },
  }
}
