import type { GatesReport } from '../../worker/contract/index.ts'

/** A report for a terminal. Paths and messages were made printable before they got here. */
export function describeReport({ verdict, findings, files, bytes }: GatesReport): string {
  const lines = findings.map(({ gate, rule, severity, path, line, message, fingerprint }) => {
    const place = [path, line].filter((part) => part !== null).join(':')
    return `${severity.padEnd(5)} ${gate}/${rule}  ${place}\n      ${message}\n      fingerprint ${fingerprint}`
  })
  const counted = `${findings.length} findings in ${files} files, ${bytes} bytes`
  return `${[...lines, `${verdict}: ${counted}`].join('\n')}\n`
}
