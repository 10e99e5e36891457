import { release } from 'node:os'
import { type LimitPosture, type Posture, sealPosture } from '../../contract/index.ts'
import { holds, limit, limitsThatFailed } from '../posture/describe-posture.ts'
import type { ProbeResult } from '../posture/probe-result.ts'
import { probeWalls } from '../posture/probe-walls.ts'
import type { ProbedEngine } from '../posture/run-probe.ts'
import type { PreparedMicrovm } from './prepare-microvm.ts'

const machine: LimitPosture = { level: 'complete', by: 'machine' }

/** Probes the host and tells what it enforces. Throws `unavailable` if there is no sandbox, or if one of its walls has a hole. */
export async function readMicrovmPosture(host: PreparedMicrovm, probed: ProbedEngine): Promise<Posture> {
  return describeMicrovmPosture(host, await probeWalls(probed), process.getuid?.() === 0)
}

/** What a host of class `microvm` enforces, from what was found and what the probes saw. Pure. */
export function describeMicrovmPosture(
  host: Pick<PreparedMicrovm, 'accelerator' | 'guest' | 'places' | 'states'>,
  probes: readonly ProbeResult[],
  workerIsRoot: boolean,
): Posture {
  const { accelerator, qemu } = host.accelerator
  const held = (name: string): LimitPosture => (holds({ probes }, name) ? machine : { level: 'none', by: 'none' })
  const trouble = host.states.trouble()
  const degraded: readonly (readonly [boolean, string])[] = [
    [
      accelerator === 'tcg',
      'QEMU translates the guest’s code, because no guest boots with KVM here: it is several times slower, and QEMU does not promise that translation holds against hostile code.',
    ],
    [true, 'Process starts and connections inside are not recorded.'],
    [trouble !== null, `Each guest boots anew, because no prepared state could be had: ${trouble}`],
    [!workerIsRoot, "Jobs have the worker's own user on the host: the worker is not root."],
    [
      !host.places.some((place) => place.controllers.includes('memory')),
      'What QEMU itself uses is not limited: no cgroup is writable here.',
    ],
  ]
  return sealPosture({
    isolation: 'microvm',
    engine: 'qemu',
    versions: { kernel: release(), qemu, accel: accelerator, 'guest kernel': host.guest.release },
    network: 'none',
    dns: 'none',
    hostReads: 'image',
    credentials: 'none',
    limits: {
      memory: held('memory'),
      cpu: limit({ ...host, probes }, 'cpu', machine),
      pids: held('pids'),
      disk: held('disk'),
      files: machine,
      wall: { level: 'complete', by: 'timer' },
      output: { level: 'complete', by: 'monitor' },
    },
    audit: { exec: 'none', connect: 'none', files: 'none' },
    degraded: [
      ...degraded.flatMap(([applies, sentence]) => (applies ? [sentence] : [])),
      ...limitsThatFailed({ probes }),
    ],
  })
}
