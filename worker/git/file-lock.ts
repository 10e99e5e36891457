import { once } from 'node:events'
import { spawnProcess } from '../process/spawn-process.ts'

/**
 * Holds the kernel's lock on a file until disposed of. A child has it and lives as long as its input is open: when
 * this process dies, however it dies, the input closes and the lock is free again. Works between workers as well as
 * inside one.
 */
export async function lockFile(path: string, signal: AbortSignal, timeoutMs: number): Promise<AsyncDisposable> {
  const child = spawnProcess(['flock', '--exclusive', '--no-fork', path, 'cat'], {
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C' },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve())
    child.once('exit', () => resolve())
  })
  const release = async (): Promise<void> => {
    child.stdin?.destroy()
    child.kill('SIGKILL')
    await ended
  }
  try {
    const waiting = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
    child.stdin?.on('error', () => undefined)
    child.stdin?.write('.')
    if (child.stdout === null) throw new Error('flock has no output')
    await Promise.race([once(child.stdout, 'data', { signal: waiting }), ended.then(failed)])
  } catch (error) {
    await release()
    throw error
  }
  return { [Symbol.asyncDispose]: release }
}

function failed(): never {
  throw new Error('flock ended without the lock')
}
