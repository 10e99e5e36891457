import type { Isolation, Posture } from '../../worker/contract/index.ts'
import type { ProbeResult } from '../../worker/sandbox/probes.ts'

export interface EngineDiagnosis {
  readonly isolation: Isolation
  /** Null: it cannot be had on this host. */
  readonly posture: Posture | null
  readonly probes: readonly ProbeResult[]
  /** What is missing and how to get it. */
  readonly missing: string | null
}

export interface Diagnosis {
  readonly node: string
  readonly git: { readonly version: string; readonly supported: boolean }
  readonly engines: readonly EngineDiagnosis[]
}

/** The same facts as `--json`, for a person. */
export function describeDiagnosis({ node, git, engines }: Diagnosis): string {
  const lines = [
    `node  ${node}`,
    `git   ${git.version}${git.supported ? '' : '  TOO OLD: it has known holes'}`,
    ...engines.flatMap(describeEngine),
  ]
  return `${lines.join('\n')}\n`
}

function describeEngine({ isolation, posture, probes, missing }: EngineDiagnosis): string[] {
  if (posture === null) return ['', `${isolation}: not available`, `  ${missing ?? ''}`]
  const limits = Object.entries(posture.limits).map(([name, { level, by }]) => `  ${name.padEnd(10)}${level} by ${by}`)
  const width = Math.max(...probes.map(({ name }) => name.length), 0)
  const table = probes.map(({ name, outcome, control, attempted }) => {
    const sound = control === 'works' ? '' : ' (this host offers it to nobody)'
    return `  ${outcome === 'blocked' ? 'blocked' : 'OPEN   '}  ${name.padEnd(width)}  ${attempted}${sound}`
  })
  return [
    '',
    `${isolation}: ${posture.engine}, ${Object.entries(posture.versions)
      .map((entry) => entry.join(' '))
      .join(', ')}`,
    `  network   ${posture.network}, names ${posture.dns}, host reads ${posture.hostReads}`,
    ...limits,
    `  audit     processes ${posture.audit.exec}, connections ${posture.audit.connect}, files ${posture.audit.files}`,
    ...posture.degraded.map((sentence) => `  weaker    ${sentence}`),
    `  digest    ${posture.digest}`,
    '',
    ...table,
  ]
}
