import { readFile } from 'node:fs/promises'
import { findNamespaceMembers } from '../reaper/find-processes.ts'

/**
 * Bytes of memory that the processes of a pid namespace hold, each page divided among those that share it. For a kernel
 * in user space, whose programs have all of their memory from one file; it takes longer than `residentMemory`.
 */
export async function proportionalMemory(namespace: string): Promise<number> {
  const members = findNamespaceMembers(new Set([namespace]))
  const sizes = await Promise.all(
    members.map(async (pid) => {
      const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '')
      return Number(/^Pss:\s*(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1024
    }),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
