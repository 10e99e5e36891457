import { existsSync } from 'node:fs'
import { glob, readdir } from 'node:fs/promises'
import type { LocalAirlock } from './local-airlock.ts'
import { processesOf, procFile } from './processes-of.ts'

/** Everything of a job that is still there, by name. Empty: nothing is. */
export async function leftOfJob(airlock: Pick<LocalAirlock, 'folders' | 'sockets'>, jobId: string): Promise<string[]> {
  const { folders, sockets } = airlock
  const mounts = procFile('self', 'mountinfo')
    .split('\n')
    .filter((line) => line.includes(jobId))
  const groups = await Array.fromAsync(glob(`/sys/fs/cgroup/{*,*/*,*/*/*,*/*/*/*}`))
  return [
    ...processesOf(jobId).map((pid) => `process ${pid}: ${procFile(pid, 'cmdline').replaceAll('\0', ' ')}`),
    ...mounts.map((line) => `mount ${line}`),
    ...groups.filter((path) => path.includes(jobId)),
    ...(await entriesOf(folders.jobs)),
    ...(await entriesOf(`${folders.sandboxes}/sandboxes`)),
    ...(await entriesOf(sockets)).filter((path) => !path.endsWith('.keep')),
  ]
}

async function entriesOf(path: string): Promise<string[]> {
  return existsSync(path) ? (await readdir(path)).map((name) => `${path}/${name}`) : []
}
