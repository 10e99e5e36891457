import { createHash } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { keepState, type StatePlan } from './keep-state.ts'
import { qemuArguments } from './qemu-arguments.ts'

/** What guests start from instead of booting: the state of one that has booted and has met no job. */
export interface PreparedStates {
  /** Opened for reading; the first time for such a machine, it is made. Null: there is none to be had, and machines boot. */
  open(plan: StatePlan): Promise<FileHandle | null>
  /** It did not do: no machine is started from it again. */
  discard(plan: StatePlan, why: string): Promise<void>
  /** Why the last one that could not be had could not; null: none was asked for in vain. */
  trouble(): string | null
}

/** About 100 MB each. The least recently used go. */
const keptStates = 6
const shownBytes = 300

/** @param folder the worker's alone @param host changes with everything that a state depends on and no argument says */
export function createPreparedStates(folder: string, host: string): PreparedStates {
  const making = new Map<string, Promise<string | null>>()
  const givenUp = new Set<string>()
  let trouble: string | null = null

  const make = async (key: string, plan: StatePlan): Promise<string | null> => {
    const path = join(folder, key)
    if ((await stat(path).catch(() => null)) !== null) return path
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const draft = join(folder, `.${key}-${process.pid}`)
      await rm(draft, { force: true })
      await keepState(plan, draft)
      await rename(draft, path)
      await prune(folder)
      return path
    } catch (error) {
      trouble = String(error).slice(0, shownBytes)
      givenUp.add(key)
      return null
    }
  }

  return {
    open: async (plan) => {
      const key = keyOf(plan, host)
      if (givenUp.has(key)) return null
      // Looked for each time: where six others came since, it is gone.
      const made = making.get(key) ?? make(key, plan).finally(() => making.delete(key))
      making.set(key, made)
      const path = await made
      if (path === null) return null
      await utimes(path, new Date(), new Date()).catch(() => {})
      return open(path).catch(() => null)
    },
    discard: async (plan, why) => {
      trouble = why.slice(0, shownBytes)
      const key = keyOf(plan, host)
      givenUp.add(key)
      await rm(join(folder, key), { force: true })
    },
    trouble: () => trouble,
  }
}

/** Machines with the same one are told apart by nothing but disks of their own, which nobody has looked at so far. */
function keyOf({ machine, content }: StatePlan, host: string): string {
  const disks = machine.disks.map((disk, index) => ({ ...disk, path: String(index) }))
  const words = qemuArguments({ ...machine, qemu: '', mark: '', from: 'boot', disks })
  const sizes = disks.map(({ ownBytes }) => ownBytes)
  return createHash('sha256').update(JSON.stringify({ host, words, sizes, content })).digest('hex')
}

async function prune(folder: string): Promise<void> {
  const names = await readdir(folder)
  const dated = await Promise.all(
    names.map(async (name) => ({ name, at: (await stat(join(folder, name)).catch(() => null))?.mtimeMs ?? 0 })),
  )
  const old = dated.sort((one, other) => other.at - one.at).slice(keptStates)
  for (const { name } of old) await rm(join(folder, name), { force: true })
}
