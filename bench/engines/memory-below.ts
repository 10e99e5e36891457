import { readdir, readFile } from 'node:fs/promises'
import { findByPath } from '../../worker/sandbox/container/find-by-folder.ts'
import { proportionalSize } from '../../worker/sandbox/limits/proportional-memory.ts'

const mebibyte = 1024 * 1024

/**
 * What the children of this process hold, and of programs that name this folder, without this process: each page is
 * divided among those that share it, so that ten of the same count once.
 */
export async function mebibytesBelow(folder: string): Promise<number> {
  const parents = await readParents()
  const roots = new Set([process.pid, ...(await findByPath(folder))])
  const isBelow = (pid: number): boolean => roots.has(pid) || (parents.has(pid) && isBelow(parents.get(pid) ?? 0))
  const pids = [...parents.keys()].filter((pid) => pid !== process.pid && isBelow(pid))
  return (await proportionalSize(pids)) / mebibyte
}

async function readParents(): Promise<ReadonlyMap<number, number>> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const parents = new Map<number, number>()
  for (const pid of pids) {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '')
    const parent = /^.*\) \S (\d+) /s.exec(stat)?.[1]
    if (parent !== undefined) parents.set(pid, Number(parent))
  }
  return parents
}
