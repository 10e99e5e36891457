import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'

/** Host pids of processes that have a path in this folder among their arguments, but for this one. */
export async function findByPath(folder: string): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '')))
  return pids.filter((_, index) => lines[index]?.includes(`${folder}/`)).map(Number)
}

/** Host pids of processes in mount namespaces of their own whose root lies in this folder: those of containers. */
export function findByMount(folder: string): readonly number[] {
  const own = readlinkSync('/proc/self/ns/mnt')
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && hasMount(name, folder, own))
    .map(Number)
}

function hasMount(pid: string, folder: string, own: string): boolean {
  try {
    if (readlinkSync(`/proc/${pid}/ns/mnt`) === own) return false
    const root = readFileSync(`/proc/${pid}/mountinfo`, 'utf8')
      .split('\n')
      .find((line) => line.split(' ')[4] === '/')
    return root?.includes(`${folder}/`) === true
  } catch {
    return false
  }
}
