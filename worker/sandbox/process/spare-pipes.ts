import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '../../process/run-command.ts'
import { isStillRunning, type ProcessIdentity, processIdentitySchema } from '../reaper/process-identity.ts'

/** Folders with fresh named pipes in them, made ahead of need: Node cannot make a pipe, and a program takes time. */
export interface SparePipes {
  /** A folder with the three pipes in it, for the caller to move away. */
  take(): Promise<string>
  /** Makes the next one, at a time when nobody waits for a sandbox to start. */
  refill(): Promise<void>
}

export const pipeNames = { stdout: 'stdout', stderr: 'stderr', trace: 'trace' } as const

export function createSparePipes(mkfifo: string, folder: string, worker: ProcessIdentity): SparePipes {
  const own = join(folder, Object.values(worker).join('.'))
  const make = async () => {
    await mkdir(own, { recursive: true, mode: 0o711 })
    const made = await mkdtemp(join(own, 'pipes-'))
    const paths = Object.values(pipeNames).map((name) => join(made, name))
    await runCommand([mkfifo, '-m', '0600', '--', ...paths], { timeoutMs: 10_000 })
    return made
  }
  let spare: Promise<string> | null = null
  return {
    take: () => {
      const taken = spare ?? make()
      spare = null
      return taken
    },
    refill: async () => {
      spare ??= make()
      // If it failed, the next one to take pipes makes them, and hears why.
      await spare.catch(() => {
        spare = null
      })
    },
  }
}

/** Removes the spare pipes of workers that are dead. */
export async function removeDeadSpares(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const [pid, startTime, bootId] = name.split('.')
    const owner = processIdentitySchema.safeParse({ pid: Number(pid), startTime, bootId }).data
    if (owner === undefined || !isStillRunning(owner)) await rm(join(folder, name), { recursive: true, force: true })
  }
}
