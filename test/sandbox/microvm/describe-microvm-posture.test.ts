import { describe, expect, it } from 'vitest'
import { postureSchema } from '../../../worker/contract/index.ts'
import { describeMicrovmPosture } from '../../../worker/sandbox/microvm/read-microvm-posture.ts'
import type { ProbeResult } from '../../../worker/sandbox/posture/probe-result.ts'

type Host = Parameters<typeof describeMicrovmPosture>[0]

const chosen: Host['accelerator'] = { key: '', accelerator: 'kvm', counterKhz: null, groups: [], qemu: '7.2.22' }
const strong: Host = {
  accelerator: chosen,
  guest: { kernel: '/k', initramfs: '/i', release: '6.1.0' },
  places: [{ version: 'cgroup-v2', folder: '/sys/fs/cgroup', controllers: ['memory', 'pids', 'cpu'] }],
  states: { open: async () => null, discard: async () => {}, trouble: () => null },
}

describe('the posture of class microvm', () => {
  it('with KVM is weaker in the record alone, which it does not keep', () => {
    const posture = postureSchema.parse(describeMicrovmPosture(strong, [], true))

    expect(posture.degraded).toEqual(['Process starts and connections inside are not recorded.'])
    expect(posture.audit).toEqual({ exec: 'none', connect: 'none', files: 'none' })
    expect(posture.versions).toMatchObject({ accel: 'kvm', qemu: '7.2.22', 'guest kernel': '6.1.0' })
    expect(posture.limits.cpu).toEqual({ level: 'complete', by: 'cgroup-v2' })
  })

  it('names translation, states that cannot be had, a missing control group and a worker that is not root', () => {
    const host: Host = {
      ...strong,
      accelerator: { ...chosen, accelerator: 'tcg' },
      places: [],
      states: { ...strong.states, trouble: () => 'no room on the disk' },
    }

    const posture = describeMicrovmPosture(host, [], false)

    expect(posture.versions.accel).toBe('tcg')
    expect(posture.degraded).toHaveLength(5)
    expect(posture.degraded.join()).toMatch(/translates.*no room on the disk.*worker is not root.*no cgroup/s)
    // The machine has so many processors and no more, whatever the host holds it to.
    expect(posture.limits.cpu).toEqual({ level: 'complete', by: 'machine' })
  })

  it('does not claim a limit that a probe got past', () => {
    const open: ProbeResult = { name: 'memory', attempted: 'x', outcome: 'open', control: 'works', detail: '' }

    const posture = describeMicrovmPosture(strong, [open], true)

    expect(posture.limits.memory).toEqual({ level: 'none', by: 'none' })
    expect(posture.degraded.join()).toContain('memory did not hold')
  })
})
