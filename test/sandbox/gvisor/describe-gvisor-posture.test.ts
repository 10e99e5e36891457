import { describe, expect, it } from 'vitest'
import { postureSchema } from '../../../worker/contract/index.ts'
import { describeGvisorPosture, type GvisorFacts } from '../../../worker/sandbox/gvisor/describe-gvisor-posture.ts'

const strong: GvisorFacts = {
  places: [{ version: 'cgroup-v1', folder: '/sys/fs/cgroup/all', controllers: ['memory', 'pids', 'cpu'] }],
  probes: [],
  versions: { kernel: '6.1', runsc: '20240729.0', platform: 'systrap' },
  tools: { broken: [], recorded: { exec: true, inet: true, unix: true }, guestKernel: '4.4.0' },
  workerIsRoot: true,
}

describe('the posture of class gvisor', () => {
  it('is weaker in nothing where all was seen to work', () => {
    const posture = postureSchema.parse(describeGvisorPosture(strong))

    expect(posture.degraded).toEqual([])
    expect(posture.audit).toEqual({ exec: 'complete', connect: 'complete', files: 'none' })
  })

  it('names the tools that this runsc breaks, in their own words', () => {
    const broken = [{ tool: 'ls', complaint: "ls: cannot access '/': Invalid argument" }]

    const posture = describeGvisorPosture({ ...strong, tools: { ...strong.tools, broken } })

    expect(posture.degraded).toEqual([expect.stringContaining("ls (ls: cannot access '/': Invalid argument)")])
  })

  it.each([
    [
      { exec: true, inet: true, unix: false },
      { exec: 'complete', connect: 'best-effort' },
    ],
    [
      { exec: true, inet: false, unix: false },
      { exec: 'complete', connect: 'none' },
    ],
    [
      { exec: false, inet: true, unix: true },
      { exec: 'none', connect: 'complete' },
    ],
  ])('claims of the record what came into it: %o', (recorded, audit) => {
    const posture = describeGvisorPosture({ ...strong, tools: { ...strong.tools, recorded } })

    expect(posture.audit).toMatchObject(audit)
    expect(posture.degraded).toHaveLength(1)
  })

  it('says what stands in for control groups, and that jobs share a user where the worker is not root', () => {
    const posture = describeGvisorPosture({ ...strong, places: [], workerIsRoot: false })

    expect(posture.limits).toMatchObject({
      memory: { level: 'best-effort', by: 'rlimit' },
      cpu: { level: 'none', by: 'none' },
      pids: { level: 'complete', by: 'rlimit' },
    })
    expect(posture.degraded).toHaveLength(3)
  })

  it('believes the probe more than the mechanism', () => {
    const probe = { name: 'pids', attempted: 'start too many', outcome: 'open', control: 'works', detail: '' } as const

    const posture = describeGvisorPosture({ ...strong, probes: [probe] })

    expect(posture.limits.pids).toEqual({ level: 'none', by: 'none' })
    expect(posture.degraded.join()).toContain('pids did not hold')
  })
})
