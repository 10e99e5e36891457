import { describe, expect, it } from 'vitest'
import { postureSchema } from '../../../worker/contract/index.ts'
import { describeContainerPosture } from '../../../worker/sandbox/container/describe-container-posture.ts'
import { readEngineFacts } from '../../../worker/sandbox/container/engine-facts.ts'

const info = {
  ...{ MemoryLimit: true, CpuCfsQuota: true, PidsLimit: true, CgroupVersion: '2', DefaultRuntime: 'crun' },
  ...{ Runtimes: { runc: {}, kata: {} }, SecurityOptions: ['name=seccomp,profile=default'] },
}
const docker = {
  Version: '20.10.24+dfsg1',
  Components: [
    { Name: 'Engine', Version: '20.10' },
    { Name: 'runc', Version: '1.1.5+ds1' },
  ],
}
const podman = {
  Version: '4.3.1',
  Components: [
    { Name: 'Podman Engine', Version: '4.3.1' },
    { Name: 'OCI Runtime (crun)', Version: 'crun version 1.8.1\ncommit: x' },
  ],
}

describe('what an Engine says of itself', () => {
  it('tells Docker from Podman, and which runtimes may be asked for', () => {
    expect(readEngineFacts(info, docker)).toMatchObject({
      kind: 'docker',
      versions: { docker: '20.10.24', runc: '1.1.5' },
      runtimes: ['runc', 'kata'],
      cgroups: 'cgroup-v2',
      rootless: false,
    })
    expect(readEngineFacts(info, podman)).toMatchObject({
      kind: 'podman',
      versions: { podman: '4.3.1', crun: '1.8.1' },
      runtimes: ['crun'],
    })
  })

  it('is believed to be able to do nothing that it does not say', () => {
    const silent = readEngineFacts({ SecurityOptions: ['name=rootless'] }, { Version: '1' })

    expect(silent).toMatchObject({ limits: { memory: false, cpu: false, pids: false }, rootless: true })
  })
})

describe('the posture of class container', () => {
  const describeWith = (said: object, runtime = 'runc', opened: readonly string[] = []) =>
    describeContainerPosture({
      engine: readEngineFacts({ ...info, ...said }, docker),
      runtime,
      kernel: '6.1',
      probes: opened.map((name) => ({ name, attempted: name, outcome: 'open', control: 'works', detail: '' })),
    })

  it('names what the Engine cannot limit', () => {
    const posture = describeWith({ CpuCfsQuota: false, MemoryLimit: false })

    expect(postureSchema.parse(posture)).toEqual(posture)
    expect(posture.limits).toMatchObject({
      cpu: { level: 'none', by: 'none' },
      memory: { level: 'best-effort', by: 'rlimit' },
      pids: { level: 'complete', by: 'cgroup-v2' },
    })
    expect(posture.degraded.join()).toContain('Processor time is not limited')
  })

  it('does not claim a limit that a probe got past', () => {
    expect(describeWith({}, 'runc', ['pids']).limits.pids).toEqual({ level: 'none', by: 'none' })
  })

  it('says of the kernel what is known of the runtime', () => {
    expect(describeWith({}, 'runc').degraded.join()).toContain("The kernel is the host's")
    expect(describeWith({}, 'kata').degraded.join()).not.toContain("The kernel is the host's")
  })
})
