import { chmod, chown, mkdir, rm } from 'node:fs/promises'
import type { Server } from 'node:http'
import { dirname } from 'node:path'
import { BrokerError, type BrokerSpec } from '../pipeline/ports/broker.ts'

/** sockaddr_un has 108 bytes with the closing NUL. */
const maxPathBytes = 107

/** Listens on a unix socket that belongs to one user alone, in a folder that does so too. */
export async function listenOnSocket(server: Server, { socketPath, owner }: BrokerSpec): Promise<void> {
  if (Buffer.byteLength(socketPath) > maxPathBytes) {
    throw new BrokerError('unavailable', `the socket's path has more than ${maxPathBytes} bytes: ${socketPath}`)
  }
  try {
    await makeFolder(dirname(socketPath), owner)
    // Left by a worker that was killed: the path is this job's own.
    await rm(socketPath, { force: true })
    await listening(server, socketPath)
    await chmod(socketPath, 0o600)
    if (owner !== null) await chown(socketPath, owner.uid, owner.gid)
  } catch (error) {
    server.close()
    throw new BrokerError('unavailable', `cannot listen on ${socketPath}`, { cause: error })
  }
}

/** A folder that is there already is its maker's business. */
async function makeFolder(path: string, owner: BrokerSpec['owner']): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return
    throw error
  }
  if (owner !== null) await chown(path, owner.uid, owner.gid)
}

function listening(server: Server, path: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(path, () => {
    server.off('error', reject)
    resolve()
  })
  return promise
}
