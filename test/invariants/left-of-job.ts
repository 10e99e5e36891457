import { existsSync, readdirSync, readlinkSync } from 'node:fs'
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
    ...heldNamespaces(),
    ...groups.filter((path) => path.includes(jobId)),
    ...(await entriesOf(folders.jobs)),
    ...(await entriesOf(`${folders.sandboxes}/sandboxes`)),
    ...(await entriesOf(sockets)).filter((path) => !path.endsWith('.keep')),
  ]
}

/** Namespaces that this process, which is the worker, keeps alive: what is mounted in them is not in its own tree. */
function heldNamespaces(): string[] {
  const files = readdirSync('/proc/self/fd').map((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`)
    } catch {
      // The one that listed the folder.
      return ''
    }
  })
  return files.filter((target) => /^(mnt|user):/.test(target))
}

async function entriesOf(path: string): Promise<string[]> {
  return existsSync(path) ? (await readdir(path)).map((name) => `${path}/${name}`) : []
}
