import { once } from 'node:events'
import { createServer } from 'node:net'
import { availableParallelism } from 'node:os'
import { type AppServerDeps, createAppServer } from '../../../../app/server.ts'
import { SettingsError } from '../../../settings/parse-settings.ts'
import type { ListenerData } from './messages.ts'
import { type BesideDeps, startBeside } from './start-beside.ts'

interface RunningServer {
  readonly port: number
  /** Takes nothing new, and ends when what is running has finished, or at last after `graceMs`. */
  close(graceMs: number): Promise<void>
}

/**
 * Listens, where there is more than one processor in two threads on one port, of which the kernel gives each its share.
 * Throws SettingsError where it cannot listen.
 */
export async function startServer(deps: AppServerDeps & BesideDeps): Promise<RunningServer> {
  const { host, port } = deps
  const server = createAppServer(deps)
  const isAlone = availableParallelism() === 1
  try {
    if (isAlone) return { ...(await server.listen({ host, port })), close: (graceMs) => server.close(graceMs) }
    if (port !== 0) await checkIsFree(deps)
    const listening = await server.listen({ host, port, reusePort: true })
    const second = await startBeside({ ...deps, ...listening })
    return {
      ...listening,
      async close(graceMs) {
        await Promise.all([server.close(graceMs), second.close(graceMs)])
      },
    }
  } catch (error) {
    throw settingsErrorFor(error, deps) ?? error
  }
}

/** A port that is shared is shared with whatever else of this user shares it: another app, there by mistake. */
async function checkIsFree({ host, port }: Pick<ListenerData, 'host' | 'port'>): Promise<void> {
  const server = createServer().listen({ host, port })
  await once(server, 'listening')
  server.close()
  await once(server, 'close')
}

const reasons: ReadonlyMap<unknown, string> = new Map([
  ['EADDRINUSE', 'something listens there already: end it, or set another PORT'],
  ['EACCES', 'this user may not: set a PORT above 1023'],
  ['EADDRNOTAVAIL', 'this machine has no such address: set another HOST'],
  ['ENOTFOUND', 'no address has this name: set another HOST'],
])

function settingsErrorFor(error: unknown, { host, port }: Pick<ListenerData, 'host' | 'port'>): SettingsError | null {
  const reason = error instanceof Error && 'code' in error ? reasons.get(error.code) : undefined
  return reason === undefined ? null : new SettingsError([`HOST, PORT: cannot listen at ${host}:${port}: ${reason}`])
}
