/**
 * Probes: attempts that really run in a sandbox of an engine, each with a control that shows the attempt is sound.
 * The posture is made from them, and `airlock doctor` shows them. They know an engine only by its port.
 */
import { probeFolder } from './posture/probe-folder.ts'
import type { ProbeResult } from './posture/probe-result.ts'
import { runAttempts } from './posture/run-attempts.ts'
import { runLimitProbes } from './posture/run-limit-probes.ts'
import type { ProbedEngine } from './posture/run-probe.ts'

export type { ProbeResult } from './posture/probe-result.ts'

/** Takes a few seconds. */
export async function runProbes(probed: ProbedEngine): Promise<readonly ProbeResult[]> {
  return probeFolder(async (folder) => [
    ...(await runAttempts(probed, folder)),
    ...(await runLimitProbes(probed, folder)),
  ])
}
