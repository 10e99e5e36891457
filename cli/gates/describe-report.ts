import type { Finding, GatesReport } from '../../worker/contract/index.ts'

/** A report for a terminal. Paths and messages were made printable before they got here. */
export function describeReport({ verdict, findings, files, bytes }: GatesReport): string {
  const counted = `${findings.length} findings in ${files} files, ${bytes} bytes`
  return `${[...findings.map(describeFinding), `${verdict}: ${counted}`].join('\n')}\n`
}

/** Three lines. What it says of a change has to be printable before. */
export function describeFinding({ gate, rule, severity, path, line, message, fingerprint }: Finding): string {
  const place = [path, line].filter((part) => part !== null).join(':')
  return `${severity.padEnd(5)} ${gate}/${rule}  ${place}\n      ${message}\n      fingerprint ${fingerprint ?? 'none'}`
}
