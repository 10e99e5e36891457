import { type AnnotationProperties, error, notice, setOutput, summary as stepSummary, warning } from '@actions/core'
import { findingText } from '../../app/replies/findings-table.ts'
import { type Finding, type JobSummary, worstFirst } from '../../worker/contract/index.ts'
import { withoutCommands } from './create-log.ts'

/** GitHub shows ten of a kind for a step; the summary has them all. */
const mostAnnotations = 30

const annotate = { block: error, hold: warning, note: notice } as const

/** Findings on their lines, and the page of the run. */
export async function tellRun({ report }: JobSummary, page: string): Promise<void> {
  for (const finding of worstFirst(report.findings).slice(0, mostAnnotations)) {
    annotate[finding.severity](withoutCommands(findingText(finding)), placeOf(finding))
  }
  await stepSummary.addRaw(page).addEOL().write()
}

/** What later steps and jobs can go by. */
export function setOutputs({ outcome, pullRequestUrl, report }: JobSummary): void {
  setOutput('outcome', outcome.outcome)
  setOutput('reason', outcome.reason)
  setOutput('pull-request', pullRequestUrl ?? '')
  setOutput('branch', report.branch ?? '')
}

function placeOf({ gate, rule, path, line }: Finding): AnnotationProperties {
  const place = path === null ? {} : { file: path, startLine: line ?? 1 }
  return { title: `${gate}/${rule}`, ...place }
}
