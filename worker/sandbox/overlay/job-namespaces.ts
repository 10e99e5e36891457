import { closeSync, constants, openSync } from 'node:fs'

/**
 * The mount namespaces of jobs, for a worker that may mount nothing in its own. Each is there for as long as this holds
 * it open, and what is mounted in it too: when the worker ends, in whatever way, the kernel unmounts.
 */
export interface JobNamespaces {
  /**
   * Takes over the namespaces of a process that stands in what was mounted on `folder`. Returns where the worker, and
   * what it starts, find that: nowhere in the tree that they see.
   */
  hold(folder: string, pid: number): string
  /** What a command line has to begin with to see `path` as its job does; empty where everybody sees it so. */
  enter(path: string): readonly string[]
  /** Lets go of all that is mounted on a folder or below it. */
  release(folder: string): void
}

/** util-linux has it, which Debian is never without. */
export const nsenter = '/usr/bin/nsenter'

interface Held {
  readonly user: number
  readonly mount: number
  readonly place: number
}

export function createJobNamespaces(): JobNamespaces {
  const held = new Map<string, Held>()
  return {
    hold(folder, pid) {
      const opened = open(pid)
      held.set(folder, opened)
      return pathOf(opened.place)
    },
    enter(path) {
      const around = [...held].find(([folder]) => isIn(folder, path))?.[1]
      if (around === undefined) return []
      const { user, mount } = around
      return [nsenter, '--preserve-credentials', `--user=${pathOf(user)}`, `--mount=${pathOf(mount)}`, '--']
    },
    release(folder) {
      for (const [at, files] of held) {
        if (!isIn(folder, at)) continue
        held.delete(at)
        close(files)
      }
    },
  }
}

function open(pid: number): Held {
  const opened: number[] = []
  const take = (name: string, flags = constants.O_RDONLY) => {
    const file = openSync(`/proc/${pid}/${name}`, flags)
    opened.push(file)
    return file
  }
  try {
    return { user: take('ns/user'), mount: take('ns/mnt'), place: take('cwd', constants.O_DIRECTORY) }
  } catch (error) {
    opened.forEach(closeSync)
    throw error
  }
}

function close({ user, mount, place }: Held): void {
  for (const file of [user, mount, place]) closeSync(file)
}

/** By the worker's number, for what it starts has other files open. */
const pathOf = (file: number) => `/proc/${process.pid}/fd/${file}`

const isIn = (folder: string, path: string) => path === folder || path.startsWith(`${folder}/`)
