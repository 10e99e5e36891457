import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Limits } from '../../contract/index.ts'
import { type GroupSetting, groupSettings } from './group-settings.ts'
import type { CgroupPlace } from './parse-cgroup-mounts.ts'

/*
 * Files of cgroups live in the kernel's memory and answer at once, so they are used synchronously here, except
 * where a write waits for the kernel: moving a process takes some milliseconds on a quiet machine.
 */

/** One sandbox's groups, in as many hierarchies as hold its limits. */
export interface ControlGroup {
  readonly folders: readonly string[]
  /**
   * Files into which a process of one thread writes `0` to put itself in, one per hierarchy of version 1. That is
   * done at once; for a process that another one moves, the kernel first waits for all processors.
   */
  readonly doors: readonly string[]
  /**
   * The one of them that holds processor time and nothing else; null where there is none. What works for the sandbox
   * from outside belongs behind it, and never behind the others: a bomb must not take it along.
   */
  readonly processorDoor: string | null
  /** This process, and everything that it starts from now on, is in the group. */
  add(pid: number): Promise<void>
  /** How many processes the kernel has killed for want of memory so far. */
  memoryKills(): number
  /** How often the kernel has refused a process or thread, because there were as many as there may be. */
  refusedForks(): number
}

/** Makes the groups. Throws the file system's error if one cannot be made to hold its limit. */
export function createControlGroup(places: readonly CgroupPlace[], name: string, limits: Limits): ControlGroup {
  for (const place of places) makeGroup(place, join(place.folder, name), limits)
  const folders = places.map((place) => join(place.folder, name))
  const memory = places.find((place) => place.controllers.includes('memory'))
  const counter = memory?.version === 'cgroup-v1' ? 'memory.oom_control' : 'memory.events'
  const doorsOf = (some: readonly CgroupPlace[]) =>
    some.filter((place) => place.version === 'cgroup-v1').map((place) => join(place.folder, name, 'tasks'))
  return {
    folders,
    doors: doorsOf(places),
    processorDoor: doorsOf(places.filter((place) => place.controllers.includes('cpu')))[0] ?? null,
    add: async (pid) => {
      for (const folder of folders) {
        const members = join(folder, 'cgroup.procs')
        if (!isListed(members, pid)) await writeFile(members, String(pid))
      }
    },
    memoryKills: () => {
      const text = memory === undefined ? '' : readFileSync(join(memory.folder, name, counter), 'utf8')
      return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0)
    },
    refusedForks: () => {
      const pids = places.find((place) => place.controllers.includes('pids'))
      const text = pids === undefined ? '' : readFileSync(join(pids.folder, name, 'pids.events'), 'utf8')
      return Number(/^max (\d+)$/m.exec(text)?.[1] ?? 0)
    },
  }
}

const isListed = (members: string, pid: number) => readFileSync(members, 'utf8').split('\n').includes(String(pid))

function makeGroup(place: CgroupPlace, folder: string, limits: Limits): void {
  mkdirSync(folder)
  for (const controller of place.controllers) {
    for (const setting of groupSettings(place.version, controller, limits)) applySetting(folder, setting)
  }
}

function applySetting(folder: string, { file, value, optional }: GroupSetting): void {
  try {
    writeFileSync(join(folder, file), value)
  } catch (error) {
    if (optional !== true) throw error
  }
}

const removeTries = 60

/** Removes empty groups, and returns how many could not be removed: the kernel lets go of dead processes slowly. */
export async function removeGroups(folders: readonly string[]): Promise<number> {
  let left = folders.filter((folder) => !removeGroup(folder))
  for (let tries = 0; tries < removeTries && left.length > 0; tries++) {
    await sleep(Math.min(1 + tries * 5, 100))
    left = left.filter((folder) => !removeGroup(folder))
  }
  return left.length
}

function removeGroup(folder: string): boolean {
  try {
    rmdirSync(folder)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT'
  }
}
