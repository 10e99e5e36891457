import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { SandboxError } from '../../pipeline/ports/index.ts'

/** A process that cannot be mistaken for a later one with the same number: pid, start in clock ticks, boot. */
export const processIdentitySchema = z.strictObject({
  pid: z.int().positive(),
  startTime: z.string().max(32),
  bootId: z.string().max(64),
})
export type ProcessIdentity = z.infer<typeof processIdentitySchema>

/** Who runs under this number now; null: nobody, or only a corpse that nobody has buried. */
export function readProcessIdentity(pid: number): ProcessIdentity | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The second field is the program's name and may hold anything, ')' included.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [state = ''] = fields
    if ('ZXx'.includes(state)) return null
    const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return { pid, startTime: fields[19] ?? '', bootId }
  } catch {
    return null
  }
}

/** This worker's own. Throws SandboxError `unavailable` where it cannot be told. */
export function ownIdentity(): ProcessIdentity {
  const identity = readProcessIdentity(process.pid)
  if (identity === null) throw new SandboxError('unavailable', '/proc is not mounted')
  return identity
}

export function isStillRunning(identity: ProcessIdentity): boolean {
  const now = readProcessIdentity(identity.pid)
  return now !== null && now.startTime === identity.startTime && now.bootId === identity.bootId
}
