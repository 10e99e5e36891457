import { statSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { spawnProcess } from '../../process/spawn-process.ts'
import { findNamespaceMembers } from '../reaper/find-processes.ts'
import type { Occupied } from './disk-watch.ts'

const timeoutMs = 20_000
const blockBytes = 512

/**
 * What files hold that processes of these pid namespaces have open and that are in no folder any more: a job that
 * deletes what it writes to would fill the disk unseen. Only on the file systems of these folders, each file once.
 */
export async function unlinkedUsage(namespaces: ReadonlySet<string>, folders: readonly string[]): Promise<Occupied> {
  const devices = new Set(folders.map((folder) => String(statSync(folder).dev)))
  const open = findNamespaceMembers(namespaces).map((pid) => `/proc/${pid}/fd`)
  const blocks = new Map<string, number>()
  for (const line of open.length === 0 ? [] : await list(open)) {
    const [device = '', inode, held] = line.split(' ')
    if (devices.has(device)) blocks.set(`${device} ${inode}`, Number(held))
  }
  const sum = [...blocks.values()].reduce((total, held) => total + held, 0)
  return { bytes: sum * blockBytes, files: blocks.size }
}

/** Its own process, because a job may have very many files open. One that ends meanwhile is no failure. */
async function list(places: readonly string[]): Promise<readonly string[]> {
  const unlinked = ['-maxdepth', '1', '-type', 'f', '-links', '0', '-printf', '%D %i %b\\n']
  const child = spawnProcess(['/usr/bin/find', '-L', ...places, ...unlinked], {
    env: {},
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
  child.once('error', () => {})
  try {
    return child.stdout === null ? [] : (await text(child.stdout)).split('\n')
  } finally {
    clearTimeout(timer)
  }
}
