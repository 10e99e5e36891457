import { describe, expect, it } from 'vitest'
import { postureSchema } from '../../../worker/contract/index.ts'
import { describePosture, type PostureFacts } from '../../../worker/sandbox/posture/describe-posture.ts'
import type { ProbeResult } from '../../../worker/sandbox/posture/probe-result.ts'

const probe = (name: string, outcome: ProbeResult['outcome']): ProbeResult => ({
  ...{ name, outcome, attempted: 'try', control: 'works', detail: '' },
})

const strong: PostureFacts = {
  places: [{ version: 'cgroup-v2', folder: '/sys/fs/cgroup', controllers: ['memory', 'pids', 'cpu'] }],
  recorded: { exec: true, connect: true },
  versions: { kernel: '6.1', bwrap: '0.8.0', strace: '6.1' },
  probes: [probe('tcp', 'blocked'), probe('memory', 'blocked'), probe('pids', 'blocked')],
  hostReads: 'listed',
}

describe('a posture', () => {
  it('of a host with cgroups and strace is complete, but for what the class cannot promise', () => {
    const posture = postureSchema.parse(describePosture(strong))

    expect(posture.limits).toMatchObject({
      memory: { level: 'complete', by: 'cgroup-v2' },
      cpu: { level: 'complete', by: 'cgroup-v2' },
      pids: { level: 'complete', by: 'cgroup-v2' },
      disk: { level: 'best-effort', by: 'monitor' },
    })
    expect(posture.audit).toEqual({ exec: 'complete', connect: 'complete', files: 'none' })
    expect(posture.degraded).toHaveLength(1)
  })

  it('of a host with neither says what stands in for them, and what is missing', () => {
    const posture = describePosture({ ...strong, places: [], recorded: null })

    expect(posture.limits).toMatchObject({
      memory: { level: 'best-effort', by: 'rlimit' },
      cpu: { level: 'none', by: 'none' },
      pids: { level: 'best-effort', by: 'rlimit' },
    })
    expect(posture.audit).toMatchObject({ exec: 'none', connect: 'none' })
    expect(posture.degraded).toHaveLength(5)
  })

  it('believes the probe more than the mechanism', () => {
    const posture = describePosture({ ...strong, probes: [probe('memory', 'open'), probe('pids', 'blocked')] })

    expect(posture.limits.memory).toEqual({ level: 'none', by: 'none' })
    expect(posture.limits.pids.level).toBe('complete')
    expect(posture.degraded.join()).toContain('memory did not hold')
  })

  it('does not claim that somebody looks after the disk where it could be filled', () => {
    const posture = describePosture({ ...strong, probes: [probe('disk', 'open')] })

    expect(posture.limits.disk).toEqual({ level: 'none', by: 'none' })
    expect(posture.degraded.join()).toContain('disk did not hold')
  })

  it('does not claim a record that did not tell of what was tried', () => {
    const posture = describePosture({ ...strong, recorded: { exec: true, connect: false } })

    expect(posture.audit).toMatchObject({ exec: 'complete', connect: 'none' })
    expect(posture.degraded.join()).toContain('Connections were not in the record')
  })

  it('has the same digest for the same facts, whatever their order, and another for others', () => {
    const { kernel = '', bwrap = '', strace = '' } = strong.versions

    const reordered = describePosture({ ...strong, versions: { strace, bwrap, kernel } })
    const other = describePosture({ ...strong, versions: { strace, bwrap, kernel: '6.2' } })

    expect(reordered.digest).toBe(describePosture(strong).digest)
    expect(other.digest).not.toBe(reordered.digest)
  })
})
