import { SandboxError } from '../../pipeline/ports/index.ts'
import { runProbes } from '../probes.ts'
import { limitProbes, type ProbeResult } from './probe-result.ts'
import type { ProbedEngine } from './run-probe.ts'

/** Probes a sandbox of this engine. Throws `unavailable` if one of its walls has a hole. */
export async function probeWalls(probed: ProbedEngine): Promise<readonly ProbeResult[]> {
  const probes = await runProbes(probed)
  const limits = new Set<string>(limitProbes)
  const holes = probes.filter((probe) => probe.outcome === 'open' && !limits.has(probe.name))
  if (holes.length === 0) return probes
  const tried = holes.map((probe) => `${probe.attempted} (${probe.detail})`).join('; ')
  throw new SandboxError('unavailable', `a sandbox here does not hold: it was possible to ${tried}`)
}
