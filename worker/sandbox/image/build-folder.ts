import { randomUUID } from 'node:crypto'
import { chmod, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isStillRunning, readProcessIdentity } from '../reaper/process-identity.ts'

const prefix = '.build-'
/** What is on its way out has a name that no image has. */
export const removedPrefix = '.removed-'

/**
 * A folder in which an image is made, on the same disk as where it will be. It carries the builder's identity in its
 * name, so that the next builder can tell whether it is dead. Disposed, it is gone with all that is in it.
 */
export async function makeBuildFolder(parent: string): Promise<AsyncDisposable & { readonly path: string }> {
  await removeDeadBuilds(parent)
  const own = readProcessIdentity(process.pid)
  const owner = [process.pid, own?.startTime ?? '0', own?.bootId ?? 'unknown'].join('_')
  const path = join(parent, `${prefix}${owner}_${randomUUID().slice(0, 8)}`)
  await makePassage(path)
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** A folder that users of sandboxes, who are not the worker, can walk through to what is in it, whatever the umask is. */
export async function makePassage(path: string): Promise<void> {
  await mkdir(path, { recursive: true })
  await chmod(path, 0o711)
}

/** Removes what builders left that are dead by now, and removals that were cut short. */
export async function removeDeadBuilds(parent: string): Promise<void> {
  for (const entry of await readdir(parent)) {
    if (entry.startsWith(removedPrefix)) await rm(join(parent, entry), { recursive: true, force: true })
    if (!entry.startsWith(prefix)) continue
    const [pid, startTime = '', bootId = ''] = entry.slice(prefix.length).split('_')
    if (isStillRunning({ pid: Number(pid), startTime, bootId })) continue
    await rm(join(parent, entry), { recursive: true, force: true })
  }
}
