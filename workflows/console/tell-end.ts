import { type AnnotationProperties, error, notice, setOutput, summary as stepSummary, warning } from '@actions/core'
import { findingText } from '../../app/replies/findings-table.ts'
import { runSummary } from '../../app/replies/run-summary.ts'
import { type Finding, type JobSummary, worstFirst } from '../../worker/contract/index.ts'
import { withoutCommands } from './create-log.ts'

/** GitHub shows ten of a kind for a step; the summary has them all. */
const mostAnnotations = 30

const annotate = { block: error, hold: warning, note: notice } as const

/** Findings on their lines, the summary page of the run, and what later steps can go by. */
export async function tellEnd(summary: JobSummary): Promise<void> {
  for (const finding of worstFirst(summary.report.findings).slice(0, mostAnnotations)) {
    annotate[finding.severity](withoutCommands(findingText(finding)), placeOf(finding))
  }
  await stepSummary.addRaw(runSummary(summary)).addEOL().write()
  setOutput('outcome', summary.outcome.outcome)
  setOutput('reason', summary.outcome.reason)
  setOutput('pull-request', summary.pullRequestUrl ?? '')
  setOutput('branch', summary.report.branch ?? '')
}

function placeOf({ gate, rule, path, line }: Finding): AnnotationProperties {
  const place = path === null ? {} : { file: path, startLine: line ?? 1 }
  return { title: `${gate}/${rule}`, ...place }
}
