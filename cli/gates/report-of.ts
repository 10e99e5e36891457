import type { GatesReport } from '../../worker/contract/index.ts'
import { type FingerprintedResult, verdictOf } from '../../worker/gates/evaluate-gates.ts'

/** The answers of all gates as one. */
export function reportOf(
  results: readonly FingerprintedResult[],
  seen: Pick<GatesReport, 'files' | 'bytes'>,
): GatesReport {
  return { verdict: verdictOf(results), findings: results.flatMap(({ findings }) => findings), ...seen }
}
