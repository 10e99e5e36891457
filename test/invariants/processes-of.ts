import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { hostUser } from '../../worker/sandbox/host-user.ts'

/** Host pids of all that belongs to a job: by its mark, its user, or the pid namespace that one of these is in. */
export function processesOf(jobId: string): number[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid && isAlive(name))
  const ours = all.filter((pid) => isMarked(pid, jobId) || isOfUser(pid, jobId))
  const own = pidNamespaceOf('self')
  const namespaces = new Set(ours.map(pidNamespaceOf).filter((name) => name !== own && name !== ''))
  return all.filter((pid) => ours.includes(pid) || namespaces.has(pidNamespaceOf(pid))).map(Number)
}

/** What the kernel tells of a process; empty where it is gone. */
export function procFile(pid: number | string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1')
  } catch {
    return ''
  }
}

/** A corpse that the host's first process has not buried yet does nothing any more. */
function isAlive(pid: string): boolean {
  return !/^State:\s*[ZX]/m.test(procFile(pid, 'status'))
}

function isMarked(pid: string, jobId: string): boolean {
  return procFile(pid, 'cmdline').includes(jobId)
}

function isOfUser(pid: string, jobId: string): boolean {
  return new RegExp(`^Uid:.*\\b${hostUser(jobId).uid}\\b`, 'm').test(procFile(pid, 'status'))
}

function pidNamespaceOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`)
  } catch {
    return ''
  }
}
