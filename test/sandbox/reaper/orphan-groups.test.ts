import { existsSync, statSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { groupName, removeOrphanGroups } from '../../../worker/sandbox/reaper/orphan-groups.ts'
import { ownIdentity } from '../../../worker/sandbox/reaper/process-identity.ts'

describe('groups of which nothing else is left', () => {
  const dead = { ...ownIdentity(), startTime: '1' }
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp('/tmp/airlock-groups-')
  })

  afterEach(async () => {
    await rm(folder, { recursive: true })
  })

  async function left(...names: readonly string[]) {
    for (const name of names) await mkdir(join(folder, name), { recursive: true })
    removeOrphanGroups([folder, join(folder, 'not-there')])
    return names.filter((name) => existsSync(join(folder, name)))
  }

  it('are removed where their worker is dead, with what class and trial had in them', async () => {
    const names = [groupName('job1-1-agent-0a1b2c3d', dead), groupName('trial-0a1b', dead)]

    expect(await left(...names.map((name) => join(name, 'job')), ...names)).toEqual([])
  })

  it('stay where the worker lives, and where something is in them', async () => {
    const names = [groupName('job1-1-agent-0a1b2c3d', ownIdentity()), join(groupName('job2', dead), 'other')]

    expect(await left(...names)).toEqual(names)
  })

  it('stay where nothing is known of the worker: another pid namespace, another name', async () => {
    const own = String(statSync('/proc/self/ns/pid').ino)
    const name = groupName('job1', dead)
    const names = [name.replace(own, `${own}1`), `${name}.x`, `x-${name}`, 'airlock-worker', 'airlock-job1', 'somebody']

    expect(await left(...names)).toEqual(names)
  })
})
