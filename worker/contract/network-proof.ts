import { z } from 'zod'
import { phaseSchema } from './names.ts'

const count = z.int().nonnegative()

/** What the kernel counted on one network device. */
export const networkDeviceSchema = z.strictObject({
  name: z.string().max(64),
  rxBytes: count,
  rxPackets: count,
  txBytes: count,
  txPackets: count,
})
export type NetworkDevice = z.infer<typeof networkDeviceSchema>

/** What a phase had to do with the network: by the kernel's counters, and by its broker's log. */
export const networkProofSchema = z.strictObject({
  phase: phaseSchema,
  /** Every device of its sandbox, over all commands; null where the engine could not tell. `lo` leads nowhere. */
  devices: z.array(networkDeviceSchema).nullable(),
  /** Connections and requests that the broker let out, those to models apart; and tries that it refused. */
  allowed: count,
  model: count,
  denied: count,
  /** Bytes that left and came through the broker, those of models apart. */
  bytesOut: count,
  bytesIn: count,
})
export type NetworkProof = z.infer<typeof networkProofSchema>
