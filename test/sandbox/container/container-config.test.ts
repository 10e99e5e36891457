import { describe, expect, it } from 'vitest'
import type { SandboxSpec } from '../../../worker/pipeline/ports/index.ts'
import { type ContainerPlan, containerConfig } from '../../../worker/sandbox/container/container-config.ts'
import { roomyLimits } from '../battery/sandbox-bench.ts'

const spec: SandboxSpec = {
  ...{ jobId: 'job000000001', attempt: 1, phase: 'agent', image: 'minimal', tools: [] },
  ...{ workspace: '/jobs/w', home: '/jobs/h', brokerSocket: null, limits: roomyLimits },
}

const plan: ContainerPlan = {
  name: 'airlock-x',
  image: 'airlock/minimal:0',
  runtime: 'runc',
  spec,
  user: { uid: 600_001, gid: 600_001 },
  etc: [{ name: 'passwd', path: '/run/passwd' }],
  labels: {},
  limits: { memory: true, cpu: true, pids: true },
}

describe('what an Engine is asked for', () => {
  it('has no network, no capability, no swap, no way to gain rights and a root that nobody writes to', () => {
    const { HostConfig, User } = containerConfig(plan)

    expect(User).toBe('600001:600001')
    expect(HostConfig).toMatchObject({
      NetworkMode: 'none',
      IpcMode: 'none',
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      Privileged: false,
      ReadonlyRootfs: true,
      Memory: roomyLimits.memoryBytes,
      MemorySwap: roomyLimits.memoryBytes,
      NanoCpus: 2_000_000_000,
      CpuShares: 128,
      PidsLimit: roomyLimits.pids,
      LogConfig: { Type: 'none' },
    })
  })

  it('binds the two folders of the job to write, and everything else to read', () => {
    const open = { ...spec, tools: [{ name: 'cli', path: '/tools/cli' }], brokerSocket: '/run/b.sock' }

    const mounts = containerConfig({ ...plan, spec: open }).HostConfig?.Mounts ?? []

    expect(mounts.map(({ Source, Target, ReadOnly }) => [Source, Target, ReadOnly])).toEqual([
      ['/jobs/w', '/workspace', false],
      ['/jobs/h', '/home/airlock', false],
      ['/tools/cli', '/opt/airlock/cli', true],
      ['/run/passwd', '/etc/passwd', true],
      ['/run/b.sock', '/run/airlock/broker.sock', true],
    ])
  })

  it('does not ask for a limit that the Engine cannot hold: it would refuse the container', () => {
    const { HostConfig } = containerConfig({ ...plan, limits: { memory: false, cpu: false, pids: false } })

    expect(HostConfig).not.toHaveProperty('Memory')
    expect(HostConfig).not.toHaveProperty('NanoCpus')
    expect(HostConfig).not.toHaveProperty('CpuShares')
    expect(HostConfig).not.toHaveProperty('PidsLimit')
  })
})
