import {
  type CheckAnnotation,
  type CheckRunText,
  type Finding,
  type GateResult,
  type JobRequest,
  type Severity,
  type Verdict,
  worstFirst,
} from '../../worker/contract/index.ts'
import { checkName } from './check-run.ts'
import { approvalPart } from './decision-comment.ts'
import { findingsTable, findingText } from './findings-table.ts'
import { joinParts, type TextPart } from './format.ts'
import { harmlessTitle, isHarmlessPath } from './harmless.ts'

/** GitHub takes 50 in a request: four requests for the worst of gates. */
const maxAnnotations = 200
const maxTitle = 200

const levels: Readonly<Record<Severity, CheckAnnotation['level']>> = {
  block: 'failure',
  hold: 'warning',
  note: 'notice',
}

/** One gate's word on the change, with its findings at their places. */
export function gateCheck(request: JobRequest, { gate, verdict, findings }: GateResult): CheckRunText {
  const placed = worstFirst(findings).flatMap(annotationOf)
  return {
    name: `${checkName} / ${gate}`,
    title: harmlessTitle(titleOf(request, verdict, findings.length), maxTitle),
    summary: joinParts([
      verdictPart(request, verdict),
      { title: null, text: findingsTable(findings) },
      boundPart(placed.length),
    ]),
    conclusion: gateConclusion(verdict, request.approval !== undefined),
    annotations: placed.slice(0, maxAnnotations),
  }
}

/** A person lets out what is held; nobody lets out what is blocked. */
export function gateConclusion(verdict: Verdict, approved: boolean): 'success' | 'action_required' | 'failure' {
  if (verdict === 'block') return 'failure'
  return verdict === 'publish' || approved ? 'success' : 'action_required'
}

function titleOf({ approval }: JobRequest, verdict: Verdict, findings: number): string {
  const count = findings === 1 ? '1 finding' : `${findings} findings`
  if (verdict === 'block') return `Blocked: ${count}`
  if (verdict === 'publish') return findings === 0 ? 'Nothing found' : `Passed: ${count}`
  return approval === undefined ? `Held for approval: ${count}` : `Held, and approved by ${approval.by.login}: ${count}`
}

function verdictPart(request: JobRequest, verdict: Verdict): TextPart {
  const texts: Readonly<Record<Verdict, string>> = {
    publish: 'This gate let the change pass.',
    hold: 'This gate holds the change until a person with the right approves it.',
    block: 'This gate blocks the change: it is not published, and nobody can approve it.',
  }
  const approved = verdict === 'hold' ? approvalPart(request) : null
  return approved ?? { title: null, text: texts[verdict] }
}

function boundPart(placed: number): TextPart | null {
  if (placed <= maxAnnotations) return null
  return { title: null, text: `Annotated are the ${maxAnnotations} worst of ${placed} findings that have a place.` }
}

/** None for what has no place, or none that can be shown as it is: the summary has those as well. */
function annotationOf(finding: Finding): CheckAnnotation[] {
  const { gate, rule, severity, path, line } = finding
  if (path === null || !isHarmlessPath(path)) return []
  const title = harmlessTitle(`${gate}/${rule}`, maxTitle)
  return [{ path, line: line ?? 1, level: levels[severity], title, message: findingText(finding) }]
}
