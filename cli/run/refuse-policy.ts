import { randomBytes } from 'node:crypto'
import { describeProblems } from '../../app/repo-policy/evaluate-policy.ts'
import type { PolicyProblem } from '../../app/repo-policy/parse-policy.ts'
import { createAuditLogs } from '../../worker/audit/create-audit-logs.ts'
import type { JobReport, Outcome } from '../../worker/contract/index.ts'
import { emptyReport } from '../../worker/pipeline/empty-report.ts'
import type { DataFolders } from '../wiring/data-folders.ts'

/** A run that ends before there is a request: its record, and the report that programs rely on all the same. */
export async function refusePolicy(
  problems: readonly PolicyProblem[],
  baseSha: string,
  folders: DataFolders,
): Promise<JobReport> {
  const id = randomBytes(12).toString('hex')
  const outcome: Outcome = { outcome: 'refused', reason: 'policy-invalid', detail: describeProblems(problems) }
  const log = await createAuditLogs({ dir: folders.audit, now: Date.now }).open(id, 1)
  log.append('outcome', { ...outcome, branch: null, commit: null })
  const { path } = await log.seal()
  return emptyReport({ id, baseSha, audit: path }, outcome)
}

/** One line for each problem, as compilers write them. */
export function describePolicyProblems(problems: readonly PolicyProblem[]): string {
  return problems
    .map(({ file, line, path, message }) => {
      const place = [file, line, path].filter((part) => part !== null && part !== '').join(':')
      return `airlock: ${place}: ${message}\n`
    })
    .join('')
}
