import { readdirSync, readlinkSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { readProcessIdentity } from './process-identity.ts'

/**
 * Host pids of everything alive in these pid namespaces, by their inode numbers: what a sandbox left, if anything.
 * Synchronous, because the kernel answers these from memory, and a thousand of them take less time than one
 * round of the thread pool.
 */
export function findNamespaceMembers(namespaces: ReadonlySet<string>): readonly number[] {
  if (namespaces.size === 0) return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && namespaces.has(namespaceOf(name)))
    .map(Number)
    .filter((pid) => readProcessIdentity(pid) !== null)
}

/** Inside of a sandbox, rather than waiting for one out here. */
export function isInNamespaceOfItsOwn(pid: number): boolean {
  return !['', namespaceOf('self')].includes(namespaceOf(String(pid)))
}

function namespaceOf(pid: string): string {
  try {
    return /^pid:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/ns/pid`))?.[1] ?? ''
  } catch {
    // It ended while it was looked at, or belongs to somebody else: none of ours.
    return ''
  }
}

/** Host pids of processes that carry `word` as one whole argument. Not synchronous: a stuck process can hold up the read. */
export async function findByArgument(word: string): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const carrying = await Promise.all(
    pids.map(async (pid) => {
      const line = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '')
      return line.split('\0').includes(word)
    }),
  )
  return pids.filter((_, index) => carrying[index]).map(Number)
}
