import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { groupName } from '../reaper/orphan-groups.ts'
import { ownIdentity } from '../reaper/process-identity.ts'
import { type CgroupPlace, type Controller, controllers, parseCgroupMounts } from './parse-cgroup-mounts.ts'

/**
 * The places where this process really can make groups, at most one per controller. Each is tried: a trial group
 * is made and removed.
 * @param cgroupRoot a delegated cgroup-v2 folder without processes of its own, to be used instead of looking
 */
export async function findCgroupPlaces(cgroupRoot: string | undefined): Promise<readonly CgroupPlace[]> {
  const candidates = await candidatePlaces(cgroupRoot)
  const found: CgroupPlace[] = []
  const missing = new Set<Controller>(controllers)
  for (const candidate of candidates) {
    const wanted = candidate.controllers.filter((controller) => missing.has(controller))
    const usable = wanted.length === 0 ? [] : await tryPlace({ ...candidate, controllers: wanted })
    for (const controller of usable) missing.delete(controller)
    if (usable.length > 0) found.push({ ...candidate, controllers: usable })
  }
  return found
}

/** Where a worker with these settings may have made groups before. */
export async function cgroupFolders(cgroupRoot: string | undefined): Promise<readonly string[]> {
  return [...new Set((await candidatePlaces(cgroupRoot)).map(({ folder }) => folder))]
}

async function candidatePlaces(cgroupRoot: string | undefined): Promise<readonly CgroupPlace[]> {
  if (cgroupRoot !== undefined) return [{ version: 'cgroup-v2', folder: cgroupRoot, controllers }]
  return parseCgroupMounts(await readOr('/proc/self/mountinfo'), await readOr('/proc/self/cgroup'))
}

/** The controllers that a group made here would have. */
async function tryPlace(place: CgroupPlace): Promise<readonly Controller[]> {
  const trial = join(place.folder, groupName(`trial-${randomUUID()}`, ownIdentity()))
  try {
    if (place.occupied === true) await stepAside(place.folder)
    if (place.version === 'cgroup-v2') await enable(place)
    await mkdir(trial)
  } catch {
    return []
  }
  try {
    if (place.version === 'cgroup-v1') return place.controllers
    const available = (await readOr(join(trial, 'cgroup.controllers'))).trim().split(' ')
    return place.controllers.filter((controller) => available.includes(controller))
  } finally {
    await rmdir(trial)
  }
}

/** Moves the worker's processes into a group of their own, so that theirs can have groups with limits in it. */
async function stepAside(folder: string): Promise<void> {
  const aside = join(folder, 'airlock-worker')
  await mkdir(aside, { recursive: true })
  const pids = (await readFile(join(folder, 'cgroup.procs'), 'utf8')).split('\n').filter((pid) => pid !== '')
  for (const pid of pids) await writeFile(join(aside, 'cgroup.procs'), pid)
}

/** Hands the controllers down, one by one: a kernel without one of them would refuse them all. */
async function enable(place: CgroupPlace): Promise<void> {
  const file = join(place.folder, 'cgroup.subtree_control')
  const enabled = (await readFile(file, 'utf8')).trim().split(' ')
  for (const controller of place.controllers) {
    if (!enabled.includes(controller)) await writeFile(file, `+${controller}`).catch(() => undefined)
  }
}

const readOr = (path: string) => readFile(path, 'utf8').catch(() => '')
