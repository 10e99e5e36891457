import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { spawnProcess } from '../process/spawn-process.ts'

const timeoutMs = 600_000
/** No owner and no time: another machine has users of its own, and unpacks later. */
const same = ['--sort=name', '--format=gnu', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@0']

/**
 * SHA-256 of names, kinds, modes and contents of a stored snapshot: what stays the same when it is carried to another
 * disk. It reads every file. Null where one cannot be read.
 */
export async function digestContents(folder: string, parts: readonly string[]): Promise<string | null> {
  const child = spawnProcess(['/usr/bin/tar', '--create', ...same, ...parts], {
    cwd: folder,
    env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
  try {
    const ended = once(child, 'close')
    // Heard of below; until then it may come first.
    ended.catch(() => undefined)
    const hash = createHash('sha256')
    for await (const piece of child.stdout ?? []) hash.update(piece)
    const [code]: unknown[] = await ended
    return code === 0 ? hash.digest('hex') : null
  } finally {
    clearTimeout(timer)
  }
}
