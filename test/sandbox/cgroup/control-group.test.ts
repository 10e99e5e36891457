import { access, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createControlGroup, removeGroups } from '../../../worker/sandbox/cgroup/control-group.ts'
import { findCgroupPlaces } from '../../../worker/sandbox/cgroup/find-cgroup-places.ts'
import { controllers } from '../../../worker/sandbox/cgroup/parse-cgroup-mounts.ts'
import { mebibyte, roomyLimits } from '../battery/sandbox-bench.ts'

const limits = { ...roomyLimits, memoryBytes: 64 * mebibyte, pids: 33, cpus: 1.5 }

describe('a control group', () => {
  let folder = ''

  beforeEach(async () => {
    folder = await mkdtemp('/tmp/airlock-cgroup-')
  })

  afterEach(async () => {
    await rm(folder, { recursive: true })
  })

  it('of version 2 bounds the processor time of job and recorder together, and the rest for the job alone', async () => {
    const places = [{ version: 'cgroup-v2', folder, controllers }] as const

    const group = createControlGroup(places, 'airlock-x', limits)
    // The kernel makes this file with the folder.
    await writeFile(join(folder, 'airlock-x/job/cgroup.procs'), '')
    await group.add(4711)

    const read = (file: string) => readFile(join(folder, 'airlock-x', file), 'utf8')
    expect((await readdir(join(folder, 'airlock-x'))).sort()).toEqual([
      ...['cgroup.subtree_control', 'cpu.max', 'cpu.weight', 'job', 'recorder'],
    ])
    expect(await read('cpu.max')).toBe('150000 100000')
    expect(await read('cpu.weight'), 'an eighth of the usual').toBe('12')
    group.weigh('start')
    expect(await read('cpu.weight')).toBe('100')
    group.weigh('job')
    expect(await read('cpu.weight')).toBe('12')
    expect(await read('cgroup.subtree_control')).toBe('+memory +pids')
    expect(await read('job/memory.max')).toBe('67108864')
    expect(await read('job/memory.swap.max')).toBe('0')
    // It goes as a whole when memory ends.
    expect(await read('job/memory.oom.group')).toBe('1')
    expect(await read('job/pids.max')).toBe('33')
    expect(await read('job/cgroup.procs')).toBe('4711')
    expect(await readdir(join(folder, 'airlock-x/recorder'))).toEqual([])
    expect([group.doors, group.toBeMoved]).toEqual([[], true])
    expect(group.recorderDoor).toBe(join(folder, 'airlock-x/recorder/cgroup.procs'))
  })

  it('of version 1 is one folder per hierarchy', async () => {
    const places = await Promise.all(
      controllers.map(async (controller) => {
        await mkdir(join(folder, controller))
        return { version: 'cgroup-v1', folder: join(folder, controller), controllers: [controller] } as const
      }),
    )

    const group = createControlGroup(places, 'airlock-x', limits)

    const read = (file: string) => readFile(join(folder, file), 'utf8')
    expect(await read('memory/airlock-x/memory.limit_in_bytes')).toBe('67108864')
    expect(await read('memory/airlock-x/memory.memsw.limit_in_bytes')).toBe('67108864')
    expect(await read('pids/airlock-x/pids.max')).toBe('33')
    expect(await read('cpu/airlock-x/cpu.cfs_quota_us')).toBe('150000')
    expect(await read('cpu/airlock-x/cpu.shares'), 'an eighth of the usual').toBe('128')
    group.weigh('start')
    expect(await read('cpu/airlock-x/cpu.shares')).toBe('1024')
    group.weigh('job')
    expect(await read('cpu/airlock-x/cpu.shares')).toBe('128')
    expect(group.folders).toHaveLength(3)
    expect(group.doors).toEqual(group.folders.map((path) => join(path, 'tasks')))
    expect(group.recorderDoor).toBe(join(folder, 'cpu/airlock-x/tasks'))
    expect(group.toBeMoved).toBe(false)
  })

  it.each([
    ['cgroup-v1', '.', 'memory.oom_control', 'oom_kill_disable 0\nunder_oom 0\noom_kill 2\n'],
    ['cgroup-v2', 'job', 'memory.events', 'low 0\nhigh 0\nmax 9\noom 3\noom_kill 2\noom_group_kill 1\n'],
  ] as const)('of %s in %s counts what the kernel killed for want of memory', async (version, within, file, text) => {
    const group = createControlGroup([{ version, folder, controllers: ['memory'] }], 'airlock-x', limits)

    await writeFile(join(folder, 'airlock-x', within, file), text)

    expect(group.memoryKills()).toBe(2)
  })

  it.each([
    ['cgroup-v1', '.'],
    ['cgroup-v2', 'job'],
  ] as const)('of %s in %s counts the processes that the kernel refused', async (version, within) => {
    const group = createControlGroup([{ version, folder, controllers: ['pids'] }], 'airlock-x', limits)

    await writeFile(join(folder, 'airlock-x', within, 'pids.events'), 'max 3\n')

    expect(group.refusedForks()).toBe(3)
  })

  it('is nothing where none can be made', async () => {
    const group = createControlGroup([], 'airlock-x', limits)

    await group.add(process.pid)
    group.weigh('start')

    expect(group).toMatchObject({ folders: [] })
    expect([group.memoryKills(), group.refusedForks()]).toEqual([0, 0])
  })

  it('that cannot be removed is counted, and one that is gone is not', async () => {
    await mkdir(join(folder, 'empty', 'job'), { recursive: true })
    await mkdir(join(folder, 'full', 'inside'), { recursive: true })

    const left = await removeGroups([join(folder, 'empty'), join(folder, 'full'), join(folder, 'gone')])

    expect(left).toBe(1)
    await expect(access(join(folder, 'empty'))).rejects.toThrow()
  }, 20_000)
})

describe('a place for control groups', () => {
  it('is not one only because somebody named it', async () => {
    const folder = await mkdtemp('/tmp/airlock-cgroup-')
    try {
      expect(await findCgroupPlaces(folder)).toEqual([])
      expect(await findCgroupPlaces('/no/such/folder')).toEqual([])
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
