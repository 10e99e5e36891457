import type { JobReport, JobSummary } from '../../worker/contract/index.ts'

/** A finished run for a terminal. What a sandbox said was made printable before it got here. */
export function describeSummary(summary: JobSummary): string {
  const { report, outcome, gates } = summary
  const lines = [
    `${outcome.outcome} (${outcome.reason})${outcome.detail === undefined ? '' : `: ${outcome.detail}`}`,
    ...(report.branch === null ? [] : [`branch   ${report.branch}`, `commit   ${report.commit}`]),
    ...gates.map(
      ({ gate, verdict, findings }) =>
        `gate     ${gate}: ${verdict}${findings.length === 0 ? '' : `, ${findings.length} findings`}`,
    ),
    ...report.findings.map(
      ({ severity, path, line, message }) =>
        `  ${severity}  ${[path, line].filter((part) => part !== null).join(':')}  ${message}`,
    ),
    ...report.egress.denied.map(
      ({ host, port, phase, command }) =>
        `denied   ${host}:${port} in ${phase}${command === null ? '' : ` by ${command}`}`,
    ),
    ...(report.posture === null
      ? []
      : [`posture  ${report.posture.isolation} by ${report.posture.engine}, ${report.posture.digest.slice(0, 12)}`]),
    ...(report.acceptedWeaker === undefined ? [] : [weakerLine(report.acceptedWeaker)]),
    `record   ${report.audit}`,
    ...(outcome.outcome === 'failed' && summary.lastOutput !== ''
      ? ['last output:', summary.lastOutput.trimEnd()]
      : []),
  ]
  return `${lines.join('\n')}\n`
}

function weakerLine({ asked, ran, reason, digest }: NonNullable<JobReport['acceptedWeaker']>): string {
  return `weaker   ${ran} ran where ${asked} was asked for, as the operator accepts: ${reason} (${digest.slice(0, 12)})`
}
