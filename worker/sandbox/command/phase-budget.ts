import type { Limits } from '../../contract/index.ts'
import type { ExecResult } from '../../pipeline/ports/index.ts'

/** What is left of a phase's limits. */
export interface Budget {
  readonly wallMs: number
  readonly outputBytes: number
}

/** Keeps account of the time and output of a phase over all its commands. `now` is milliseconds since the epoch. */
export function createPhaseBudget(limits: Limits, now: () => number) {
  let { wallMs, outputBytes } = limits
  return async (run: (left: Budget) => Promise<Omit<ExecResult, 'durationMs'>>): Promise<ExecResult> => {
    if (wallMs <= 0) return neverRan('wall-time')
    if (outputBytes <= 0) return neverRan('output')
    const startedAt = now()
    const end = await run({ wallMs, outputBytes })
    const durationMs = now() - startedAt
    wallMs -= durationMs
    outputBytes -= end.outputBytes
    return { ...end, durationMs }
  }
}

function neverRan(ended: 'wall-time' | 'output'): ExecResult {
  const nothing = { exitCode: null, signal: null, durationMs: 0, outputBytes: 0 }
  return { ended, ...nothing, processes: [], processesTruncated: false }
}
