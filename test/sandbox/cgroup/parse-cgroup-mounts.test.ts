import { describe, expect, it } from 'vitest'
import { controllers, parseCgroupMounts } from '../../../worker/sandbox/cgroup/parse-cgroup-mounts.ts'

const v1 = (controller: string) =>
  `35 31 0:32 / /sys/fs/cgroup/${controller} rw,relatime - cgroup cgroup rw,${controller}`

describe('where cgroups can be made', () => {
  it('on a v1 host is, per controller, below the own group and then at the root of its hierarchy', () => {
    const places = parseCgroupMounts(
      [v1('memory'), v1('pids'), v1('freezer')].join('\n'),
      '4:memory:/system/worker\n8:pids:/\n6:freezer:/\n0::/\n',
    )

    expect(places).toEqual([
      { version: 'cgroup-v1', folder: '/sys/fs/cgroup/memory/system/worker', controllers: ['memory'] },
      { version: 'cgroup-v1', folder: '/sys/fs/cgroup/memory', controllers: ['memory'] },
      { version: 'cgroup-v1', folder: '/sys/fs/cgroup/pids', controllers: ['pids'] },
    ])
  })

  it('on a v2 host is beside the own group, else in it once the worker has stepped aside, else at the root', () => {
    const places = parseCgroupMounts(
      '30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate',
      '0::/user.slice/user-1000.slice/user@1000.service/app.slice/airlock.service\n',
    )

    expect(places).toEqual([
      {
        version: 'cgroup-v2',
        folder: '/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice',
        controllers,
      },
      {
        version: 'cgroup-v2',
        folder: '/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice/airlock.service',
        controllers,
        occupied: true,
      },
      { version: 'cgroup-v2', folder: '/sys/fs/cgroup', controllers },
    ])
  })

  it('in a container starts at what the container sees of the hierarchy', () => {
    const places = parseCgroupMounts('30 23 0:26 /docker/abc /sys/fs/cgroup rw - cgroup2 cgroup rw', '0::/docker/abc\n')

    expect(places).toEqual([{ version: 'cgroup-v2', folder: '/sys/fs/cgroup', controllers }])
  })

  it('on a hybrid host has v1 and v2, and the kernel tells which controllers v2 has', () => {
    const text = `${v1('memory')}\n41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw`

    const versions = parseCgroupMounts(text, '4:memory:/\n0::/\n').map(({ version }) => version)

    expect(versions).toEqual(['cgroup-v1', 'cgroup-v2'])
  })

  it('is nowhere without cgroups, and nothing is made of nonsense', () => {
    expect(parseCgroupMounts('', '')).toEqual([])
    expect(parseCgroupMounts('21 1 8:1 / / rw - ext4 /dev/vda rw\nnonsense\n', 'x')).toEqual([])
  })
})
