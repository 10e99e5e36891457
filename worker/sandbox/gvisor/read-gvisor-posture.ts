import { release } from 'node:os'
import type { Posture } from '../../contract/index.ts'
import { probeWalls } from '../posture/probe-walls.ts'
import type { ProbedEngine } from '../posture/run-probe.ts'
import { describeGvisorPosture } from './describe-gvisor-posture.ts'
import type { PreparedGvisor } from './prepare-gvisor.ts'
import { probeTools } from './probe-tools.ts'

/** Probes the host and tells what it enforces. Throws `unavailable` if there is no sandbox, or if one of its walls has a hole. */
export async function readGvisorPosture(host: PreparedGvisor, probed: ProbedEngine): Promise<Posture> {
  const probes = await probeWalls(probed)
  const tools = await probeTools(probed)
  const { version, platform } = host.runsc
  return describeGvisorPosture({
    ...{ probes, tools, places: host.places },
    versions: { kernel: release(), runsc: version, platform, 'guest kernel': tools.guestKernel },
    workerIsRoot: process.getuid?.() === 0,
  })
}
