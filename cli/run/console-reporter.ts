import type { StepName } from '../../worker/contract/index.ts'
import type { Reporter } from '../../worker/pipeline/ports/index.ts'

/** Progress for a terminal: each step as it starts, and its time as it ends. */
export function createConsoleReporter(write: (text: string) => void): Reporter {
  const told = new Set<StepName>()
  return {
    async progress(_request, { finished }) {
      for (const { step: done, durationMs } of finished) {
        if (told.has(done)) continue
        told.add(done)
        write(`  ${done.padEnd(8)} ${(durationMs / 1000).toFixed(2).padStart(7)} s\n`)
      }
    },
    async finished() {},
  }
}
