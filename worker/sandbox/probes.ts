/**
 * Probes: attempts that really run in a sandbox of an engine, each with a control that shows the attempt is sound.
 * The posture is made from them, and `airlock doctor` shows them. They know an engine only by its port.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import type { ProbeResult } from './posture/probe-result.ts'
import { runAttempts } from './posture/run-attempts.ts'
import { runLimitProbes } from './posture/run-limit-probes.ts'
import type { ProbedEngine } from './posture/run-probe.ts'

export type { ProbeResult } from './posture/probe-result.ts'

/**
 * Takes about a second. Works in a folder of its own below /tmp, which every user can walk to, because the control
 * runs as the job's user.
 */
export async function runProbes(probed: ProbedEngine): Promise<readonly ProbeResult[]> {
  const folder = await mkdtemp('/tmp/airlock-probe-')
  try {
    return [...(await runAttempts(probed, folder)), ...(await runLimitProbes(probed, folder))]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
