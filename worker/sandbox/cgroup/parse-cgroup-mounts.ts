import { join, posix } from 'node:path'

export const controllers = ['memory', 'pids', 'cpu'] as const
export type Controller = (typeof controllers)[number]
export type CgroupVersion = 'cgroup-v1' | 'cgroup-v2'

/** A folder in which a group could be made, if it turns out to be writable. */
export interface CgroupPlace {
  readonly version: CgroupVersion
  readonly folder: string
  /** v1: the one controller of this hierarchy. v2: those that are wanted; the kernel says which there are. */
  readonly controllers: readonly Controller[]
  /** True for the worker's own v2 group: its processes have to step aside before groups can be made in it. */
  readonly occupied?: true
}

/**
 * Where groups could be made, best first, out of /proc/self/mountinfo and /proc/self/cgroup. Pure.
 *
 * v1 has a hierarchy per controller: below the worker's own group, else at its root. v2 forbids groups with limits
 * below one that holds processes, so there the new group goes beside the worker's own (a login session, or root);
 * else into it, if it was handed over to the worker (systemd's Delegate=yes); else below the root. On hybrid hosts a
 * controller is in one of the two, and v2 has none of the three if v1 has them.
 */
export function parseCgroupMounts(mountInfo: string, ownGroups: string): readonly CgroupPlace[] {
  const own = new Map(
    ownGroups
      .split('\n')
      .map((line) => /^\d+:([^:]*):(\/.*)$/.exec(line))
      .flatMap((match) => (match === null ? [] : [[match[1] ?? '', match[2] ?? '/'] as const])),
  )
  const ownPath = (name: string) =>
    [...own].find(([names]) => names.split(',').includes(name) || (name === '' && names === ''))?.[1] ?? '/'

  return mountInfo.split('\n').flatMap((line): CgroupPlace[] => {
    const [left = '', right = ''] = line.split(' - ')
    const [, , , root = '/', mountPoint = ''] = left.split(' ')
    const [type, , superOptions = ''] = right.split(' ')
    const below = (path: string) => join(mountPoint, posix.relative(root, path).replace(/^(\.\.\/?)+/, ''))
    if (type === 'cgroup2') {
      const group = below(ownPath(''))
      const root = { version: 'cgroup-v2', folder: mountPoint, controllers } as const
      if (group === mountPoint) return [root]
      const beside = { ...root, folder: posix.dirname(group) }
      return [beside, { ...root, folder: group, occupied: true }, ...(beside.folder === mountPoint ? [] : [root])]
    }
    if (type !== 'cgroup') return []
    return controllers
      .filter((controller) => superOptions.split(',').includes(controller))
      .flatMap((controller) =>
        [...new Set([below(ownPath(controller)), mountPoint])].map(
          (folder): CgroupPlace => ({
            version: 'cgroup-v1',
            folder,
            controllers: [controller],
          }),
        ),
      )
  })
}
