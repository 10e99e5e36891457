import { readFile } from 'node:fs/promises'
import { findNamespaceMembers } from '../reaper/find-processes.ts'

/**
 * Bytes of memory that the processes of a pid namespace hold, each page divided among those that share it. For a kernel
 * in user space, whose programs have all of their memory from one file; it takes longer than `residentMemory`.
 */
export async function proportionalMemory(namespace: string): Promise<number> {
  return proportionalSize(findNamespaceMembers(new Set([namespace])))
}

/** The same of these processes, by their host pids. One that has ended counts nothing. */
export async function proportionalSize(pids: readonly number[]): Promise<number> {
  const sizes = await Promise.all(
    pids.map(async (pid) => {
      const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '')
      return Number(/^Pss:\s*(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1024
    }),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
