import type { StepName } from '../contract/index.ts'
import type { Job } from './job.ts'

/** Runs a step, or a part of one that comes again: its times add up. */
export async function timed<T>(job: Job, step: StepName, run: () => Promise<T>): Promise<T> {
  const { facts, ports, audit } = job
  const startedAt = ports.now()
  facts.step = step
  audit.append('step', { step, state: 'started' })
  job.announce()
  try {
    return await run()
  } finally {
    const durationMs = ports.now() - startedAt
    facts.durations[step] = (facts.durations[step] ?? 0) + durationMs
    audit.append('step', { step, state: 'ended', durationMs })
  }
}
