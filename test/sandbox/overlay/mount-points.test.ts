import { expect, it } from 'vitest'
import { mountPointsBelow } from '../../../worker/sandbox/overlay/mount-points.ts'

const line = (point: string) => `45 27 0:39 / ${point} rw,nosuid,nodev - overlay airlock rw,lowerdir=/data/jobs/a/other`

it('finds what is mounted in a folder, the last one first, and nothing of its neighbours', () => {
  const mountinfo = [
    line('/'),
    line('/data/jobs/a/1/agent'),
    line('/data/jobs/ab/1/agent'),
    line('/data/jobs/a/1/agent'),
  ]

  expect(mountPointsBelow(`${mountinfo.join('\n')}\n`, '/data/jobs/a')).toEqual([
    ...['/data/jobs/a/1/agent', '/data/jobs/a/1/agent'],
  ])
  expect(mountPointsBelow(mountinfo.join('\n'), '/data/jobs/b')).toEqual([])
})

it('reads the names that the kernel writes in octal', () => {
  expect(mountPointsBelow(line('/data\\040of\\134jobs/a'), '/data of\\jobs')).toEqual(['/data of\\jobs/a'])
})
