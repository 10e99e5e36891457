import { readFile } from 'node:fs/promises'
import { findNamespaceMembers } from '../reaper/find-processes.ts'

const pageBytes = 4096

/**
 * Bytes of memory that the processes of a pid namespace hold for themselves: what stands in for a cgroup's count
 * where there is none. Pages that they share with files or each other are left out.
 */
export async function residentMemory(namespace: string): Promise<number> {
  const members = findNamespaceMembers(new Set([namespace]))
  const sizes = await Promise.all(
    members.map(async (pid) => {
      const [, resident = 0, shared = 0] = (await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => ''))
        .split(' ')
        .map(Number)
      return Math.max(0, resident - shared) * pageBytes
    }),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
