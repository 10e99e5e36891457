import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Limits } from '../../contract/index.ts'
import { type GroupSetting, groupSettings, type Weight, weightSetting } from './group-settings.ts'
import type { CgroupPlace, Controller } from './parse-cgroup-mounts.ts'

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
   * Where what works for the sandbox from outside puts itself: it shares the job's processor time and nothing else,
   * so that a bomb does not take it along. With version 1 one of the doors; null where there is no such place.
   */
  readonly recorderDoor: string | null
  /** True if there is a hierarchy without a door for the job: it has to be moved into that. */
  readonly toBeMoved: boolean
  /** This process, and everything that it starts from now on, is in the group. */
  add(pid: number): Promise<void>
  /** How it stands for processors from now on. A new one has a job's weight. */
  weigh(as: Weight): void
  /** How many processes the kernel has killed for want of memory so far. */
  memoryKills(): number
  /** How often the kernel has refused a process or thread, because there were as many as there may be. */
  refusedForks(): number
}

/**
 * With version 2 a controller's limit holds for all that is below: processor time is bounded around both of these,
 * memory and processes for the job alone.
 */
const below = { job: 'job', recorder: 'recorder' } as const

/** Makes the groups. Throws the file system's error if one cannot be made to hold its limit. */
export function createControlGroup(places: readonly CgroupPlace[], name: string, limits: Limits): ControlGroup {
  for (const place of places) makeGroup(place, join(place.folder, name), limits)
  const of = (controller: Controller) => places.find((place) => place.controllers.includes(controller))
  const jobs = (place: CgroupPlace) => jobFolder(place, join(place.folder, name))
  const counted = (place: CgroupPlace | undefined, file: string, counter: RegExp) =>
    place === undefined ? 0 : Number(counter.exec(readFileSync(join(jobs(place), file), 'utf8'))?.[1] ?? 0)
  const [memory, cpu] = [of('memory'), of('cpu')]
  const doorOf = (place: CgroupPlace) => join(place.folder, name, 'tasks')
  return {
    folders: places.map((place) => join(place.folder, name)),
    doors: places.filter(isFirst).map(doorOf),
    recorderDoor: recorderDoor(cpu ?? places.find((place) => !isFirst(place)), name),
    toBeMoved: !places.every(isFirst),
    add: async (pid) => {
      for (const place of places) {
        const members = join(jobs(place), 'cgroup.procs')
        if (!isListed(members, pid)) await writeFile(members, String(pid))
      }
    },
    weigh: (as) => {
      if (cpu !== undefined) applySetting(join(cpu.folder, name), weightSetting(cpu.version, as))
    },
    memoryKills: () =>
      counted(memory, memory?.version === 'cgroup-v1' ? 'memory.oom_control' : 'memory.events', /^oom_kill (\d+)$/m),
    refusedForks: () => counted(of('pids'), 'pids.events', /^max (\d+)$/m),
  }
}

const isFirst = (place: CgroupPlace) => place.version === 'cgroup-v1'
const jobFolder = (place: CgroupPlace, group: string) => (isFirst(place) ? group : join(group, below.job))

function recorderDoor(place: CgroupPlace | undefined, name: string): string | null {
  if (place === undefined) return null
  const group = join(place.folder, name)
  return isFirst(place) ? join(group, 'tasks') : join(group, below.recorder, 'cgroup.procs')
}

const isListed = (members: string, pid: number) => readFileSync(members, 'utf8').split('\n').includes(String(pid))

function makeGroup(place: CgroupPlace, folder: string, limits: Limits): void {
  mkdirSync(folder)
  const handedDown: readonly Controller[] = isFirst(place)
    ? []
    : place.controllers.filter((controller) => controller !== 'cpu')
  if (!isFirst(place)) {
    writeFileSync(join(folder, 'cgroup.subtree_control'), handedDown.map((controller) => `+${controller}`).join(' '))
    for (const name of Object.values(below)) mkdirSync(join(folder, name))
  }
  for (const controller of place.controllers) {
    const holder = handedDown.includes(controller) ? jobFolder(place, folder) : folder
    for (const setting of groupSettings(place.version, controller, limits)) applySetting(holder, setting)
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

/** One try. False: there is something in it. */
export function removeGroup(folder: string): boolean {
  const inside = Object.values(below).map((name) => join(folder, name))
  return [...inside, folder].every(removeEmpty)
}

function removeEmpty(folder: string): boolean {
  try {
    rmdirSync(folder)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT'
  }
}
