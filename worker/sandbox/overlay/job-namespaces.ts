import { closeSync, constants, openSync } from 'node:fs'

/**
 * The mount namespaces of jobs, for a worker that may mount nothing in its own. Each is there for as long as this holds
 * it open, and what is mounted in it too: when the worker ends, in whatever way, the kernel unmounts.
 */
export interface JobNamespaces {
  /** Takes over the namespaces of a process that stands in what was mounted on `folder`. */
  hold(folder: string, pid: number): void
  /** What a command line has to begin with to see `path` as its job does; empty where everybody sees it so. */
  enter(path: string): readonly string[]
  /** Where the worker, and what it starts, find what a job sees at `path`. */
  find(path: string): string
  /** Remembers what was mounted on `folder`. */
  show(folder: string, layers: ShownLayers): void
  /** What a path's folder is put together of; null where it is a plain one. */
  layersOf(path: string): ShownLayers | null
  /** Lets go of all that is mounted on a folder or below it. */
  release(folder: string): void
}

/** What a job's two folders are put together of. Each has `workspace` and `home` in it. */
export interface ShownLayers {
  /** The snapshot. */
  readonly stored: string
  /** The same as the job's own, read-only. A path where `enter` leads. */
  readonly lower: string
  /** All that is the job's alone, in the kernel's own form. */
  readonly upper: string
}

/** As much of it as those need who look at a job. */
export type JobView = Pick<JobNamespaces, 'enter' | 'find' | 'layersOf'>

/** util-linux has it, which Debian is never without. */
const nsenter = '/usr/bin/nsenter'

interface Held {
  readonly user: number
  readonly mount: number
  readonly place: number
}

/** Where the worker mounts in its own namespace, or nowhere. */
export const noNamespaces: JobView = { enter: () => [], find: (path) => path, layersOf: () => null }

export function createJobNamespaces(): JobNamespaces {
  const held = new Map<string, Held>()
  const shown = new Map<string, ShownLayers>()
  const around = (path: string) => [...held].find(([folder]) => isIn(folder, path)) ?? null
  return {
    hold(folder, pid) {
      held.set(folder, open(pid))
    },
    enter(path) {
      const found = around(path)
      if (found === null) return []
      const [, { user, mount }] = found
      return [nsenter, '--preserve-credentials', `--user=${pathOf(user)}`, `--mount=${pathOf(mount)}`, '--']
    },
    find(path) {
      const found = around(path)
      if (found === null) return path
      const [folder, { place }] = found
      return `${pathOf(place)}${path.slice(folder.length)}`
    },
    show(folder, layers) {
      shown.set(folder, layers)
    },
    layersOf: (path) => [...shown].find(([folder]) => isIn(folder, path))?.[1] ?? null,
    release(folder) {
      for (const at of shown.keys()) if (isIn(folder, at)) shown.delete(at)
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
