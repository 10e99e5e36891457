import type { Redis } from 'ioredis'
import { approvalsOf, type HeldEntry, heldEntrySchema, type JobRequest } from '../contract/index.ts'
import type { Held, HeldChanges, HeldPlace } from '../pipeline/ports/index.ts'
import { answered } from './answered.ts'
import { decodeHeld, encodeHeld } from './held-codec.ts'
import { heldKey, heldPlaceKey, heldSeconds } from './held-keys.ts'
import { keepScript } from './held-scripts.ts'
import { fenceLost, ledgerEntryKey } from './ledger.ts'
import { sealingKey } from './sealed-box.ts'
import { ledgerSeconds } from './settings.ts'

/** Held changes as one attempt sees them. `privateKey` is the App's, in PEM. */
export function createHeldChanges(redis: Redis, privateKey: string, token: number): HeldChanges {
  const key = sealingKey(privateKey, 'airlock held changes')
  return {
    async keep(request, place, held) {
      const sealed = await encodeHeld(key, request.id, held)
      if (sealed === null) return null
      const until = new Date(Date.now() + heldSeconds * 1000)
      const entry = JSON.stringify(entryOf(request, place, held, until))
      const keys = [
        ledgerEntryKey('jobs', request.id),
        heldKey(request.id),
        heldPlaceKey({ repository: request.repository.id, number: place.number }),
      ]
      const kept = [token, heldSeconds, ledgerSeconds, JSON.stringify(request), sealed, request.id, entry]
      const reply = await answered(redis.eval(keepScript, keys.length, ...keys, ...kept))
      if (reply !== 1) throw fenceLost(request.id)
      return until
    },
    async load(jobId) {
      const sealed = await answered(redis.hgetBuffer(heldKey(jobId), 'change'))
      return sealed === null ? null : decodeHeld(key, jobId, sealed)
    },
    async forget(jobId) {
      await answered(redis.del(heldKey(jobId)))
    },
  }
}

/** Who may decide is what the policy said when the job was asked for. */
function entryOf({ id, actor, policy }: JobRequest, { digest }: HeldPlace, { kind }: Held, until: Date): HeldEntry {
  return heldEntrySchema.parse({
    kind,
    jobId: id,
    digest,
    requester: actor,
    approvals: approvalsOf(policy),
    until: until.toISOString(),
    decision: null,
  })
}
