/** The app's side of what is held: what there is in one place, and a person's word on it. */
import type { Redis } from 'ioredis'
import { z } from 'zod'
import {
  type Decision,
  decisionSchema,
  type HeldEntry,
  heldEntrySchema,
  type JobRequest,
  jobRequestSchema,
  type Place,
  StillEndingError,
} from '../contract/index.ts'
import { answered } from './answered.ts'
import { decisionField, heldKey, heldPlaceKey, heldSeconds } from './held-keys.ts'
import { decideScript } from './held-scripts.ts'
import { ledgerEntryKey } from './ledger.ts'

export interface Decided {
  /** The one that counts: the first. */
  readonly decision: Decision
  /** Null where the change is gone. */
  readonly request: JobRequest | null
}

/** Methods throw a retryable error. */
export interface HeldBook {
  /** Everything that is held there, and was in the last weeks. */
  on(place: Place): Promise<readonly HeldEntry[]>
  /** Null: it is gone. Throws StillEndingError while the job could still make another change. */
  decide(place: Place, jobId: string, decision: Decision): Promise<Decided | null>
}

const replySchema = z.tuple([z.enum(['ending', 'gone', 'decided']), z.string(), z.string()])

export function createHeldBook(redis: Redis): HeldBook {
  return {
    async on(place) {
      const fields = await answered(redis.hgetall(heldPlaceKey(place)))
      return Object.entries(fields).flatMap(([field, text]) => {
        if (field.includes(':')) return []
        const decision = fields[decisionField(field)]
        return heldEntrySchema.parse({
          ...z.record(z.string(), z.unknown()).parse(JSON.parse(text)),
          decision: decision === undefined ? null : JSON.parse(decision),
        })
      })
    },
    async decide(place, jobId, decision) {
      const keys = [ledgerEntryKey('jobs', jobId), heldKey(jobId), heldPlaceKey(place)]
      const said = [jobId, decisionField(jobId), JSON.stringify(decision), decision.verb, heldSeconds]
      const reply = await answered(redis.eval(decideScript, keys.length, ...keys, ...said))
      const [kind, counts, request] = replySchema.parse(reply)
      if (kind === 'ending') throw new StillEndingError(`job ${jobId} has not ended yet`)
      if (kind === 'gone') return null
      return {
        decision: decisionSchema.parse(JSON.parse(counts)),
        request: request === '' ? null : jobRequestSchema.parse(JSON.parse(request)),
      }
    },
  }
}
