import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { ImageError } from './image-error.ts'

/**
 * Lets one builder at a time work on an image of this machine. The lock is a socket with an abstract name: the kernel
 * takes it back when its holder dies, however that happens, and whoever waits learns of it at once.
 */
export async function lockBuild(folder: string, signal: AbortSignal, onWait: () => void): Promise<AsyncDisposable> {
  const path = `\0airlock-image-${createHash('sha256').update(folder).digest('hex').slice(0, 32)}`
  for (let told = false; ; told = true) {
    if (signal.aborted) throw new ImageError('cancelled', 'the build was stopped')
    const held = await tryToHold(path)
    if (held !== null) return held
    if (!told) onWait()
    await released(path, signal)
  }
}

async function tryToHold(path: string): Promise<AsyncDisposable | null> {
  const waiting = new Set<Socket>()
  const server = createServer((socket) => {
    waiting.add(socket)
    socket.on('error', () => {}).on('close', () => waiting.delete(socket))
  })
  try {
    server.listen({ path })
    await once(server, 'listening')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return null
    throw error
  }
  server.unref()
  return {
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close')
      server.close()
      for (const socket of waiting) socket.destroy()
      await closed
    },
  }
}

/** Resolves when the holder closes the connection, is dead, or nobody wants to wait any longer. */
async function released(path: string, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const socket = connect({ path })
  const stop = () => socket.destroy()
  // A holder that dies resets the connection, and one that is gone refuses it: either way the lock is free.
  socket.on('error', () => {}).on('close', () => resolve())
  socket.resume()
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  await promise
  signal.removeEventListener('abort', stop)
}
