import { createHash } from 'node:crypto'

const firstUid = 600_000
const lastUid = 665_535

/**
 * The unprivileged host user of a job, for a worker that is root: a number of its own, far from real accounts, so
 * that a process which got out would own nothing but this job's files. Stable, because a retry finds files of it.
 */
export function hostUser(jobId: string): { readonly uid: number; readonly gid: number } {
  const slot = createHash('sha256').update(jobId).digest().readUInt32BE(0) % (lastUid - firstUid + 1)
  return { uid: firstUid + slot, gid: firstUid + slot }
}
