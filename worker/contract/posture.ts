import { z } from 'zod'
import { digestOf } from './digest.ts'
import { isolationSchema } from './names.ts'

/** How firmly something is enforced or recorded on this host. */
export const levelSchema = z.enum(['complete', 'best-effort', 'none'])
export type Level = z.infer<typeof levelSchema>

const limitPostureSchema = z.strictObject({
  level: levelSchema,
  /** What holds the limit. `machine`: the size of a virtual machine. */
  by: z.enum(['cgroup-v1', 'cgroup-v2', 'rlimit', 'machine', 'monitor', 'timer', 'none']),
})
export type LimitPosture = z.infer<typeof limitPostureSchema>

/** What an engine enforces on this host. Shown in the pull request and kept in the record. */
export const postureSchema = z.strictObject({
  isolation: isolationSchema,
  engine: z.string().max(64),
  versions: z.record(z.string(), z.string()),
  /** `public`: any host with a public address, through the broker. */
  network: z.enum(['none', 'allowlist', 'public']),
  dns: z.enum(['none', 'host']),
  /** `listed`: the host's own system folders, read-only and by name; `image`: only an image of ours. */
  hostReads: z.enum(['listed', 'image']),
  /**
   * `none`: no secret was in a sandbox, nor used for one; `brokered`: the broker added secrets to requests of setup, and
   * none was inside; `in-sandbox`: setup secrets were inside, in the setup phase only.
   */
  credentials: z.enum(['none', 'brokered', 'in-sandbox']),
  limits: z.strictObject({
    memory: limitPostureSchema,
    cpu: limitPostureSchema,
    pids: limitPostureSchema,
    disk: limitPostureSchema,
    files: limitPostureSchema,
    wall: limitPostureSchema,
    output: limitPostureSchema,
  }),
  audit: z.strictObject({ exec: levelSchema, connect: levelSchema, files: levelSchema }),
  /** Plain sentences: what is weaker here than the class promises. */
  degraded: z.array(z.string()),
  /** SHA-256 of all the above. */
  digest: z.string(),
})
export type Posture = z.infer<typeof postureSchema>

/** Adds the digest, by which two postures are told apart. */
export function sealPosture(posture: Omit<Posture, 'digest'>): Posture {
  return { ...posture, digest: digestOf(posture) }
}
