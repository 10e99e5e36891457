import type { Isolation, Posture } from '../../worker/contract/index.ts'
import type { ProbeResult } from '../../worker/sandbox/probes.ts'

export interface EngineDiagnosis {
  readonly isolation: Isolation
  /** AIRLOCK_ENGINES names it. */
  readonly wanted: boolean
  /** The image that was looked at. */
  readonly image: string | null
  /** Null: it cannot be had on this host. */
  readonly posture: Posture | null
  readonly probes: readonly ProbeResult[]
  /** What is missing and how to get it. */
  readonly missing: string | null
}

export interface Diagnosis {
  readonly node: string
  readonly git: { readonly version: string; readonly supported: boolean }
  /** The Engine of class container that was started for this look alone; null: the machine's own. */
  readonly ownEngine: 'docker' | 'podman' | null
  readonly engines: readonly EngineDiagnosis[]
}

/** The same facts as `--json`, for a person: first a line for each class, then each in full. */
export function describeDiagnosis({ node, git, ownEngine, engines }: Diagnosis): string {
  const lines = [
    `node  ${node}`,
    `git   ${git.version}${git.supported ? '' : '  TOO OLD: it has known holes'}`,
    ...(ownEngine === null ? [] : [`container: on a ${ownEngine} that was started for this look alone`]),
    '',
    ...alignColumns([heading, ...engines.map(rowOf)]),
    ...engines.flatMap(describeEngine),
  ]
  return `${lines.join('\n')}\n`
}

const heading = ['class', 'engine', 'walls', 'memory', 'cpu', 'pids', 'disk', 'record', 'weaker']

function rowOf({ isolation, wanted, posture, probes }: EngineDiagnosis): string[] {
  if (posture === null) return [isolation, wanted ? 'MISSING' : 'missing', ...heading.slice(2).map(() => '–')]
  const { limits, audit, degraded } = posture
  const held = probes.filter(({ outcome }) => outcome === 'blocked').length
  const marks = [limits.memory, limits.cpu, limits.pids, limits.disk].map(({ level }) => level)
  return [isolation, posture.engine, `${held} of ${probes.length}`, ...marks, audit.exec, String(degraded.length)]
}

function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = heading.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

function describeEngine({ isolation, image, posture, probes, missing }: EngineDiagnosis): string[] {
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
    `  image     ${image ?? ''}`,
    `  network   ${posture.network}, names ${posture.dns}, host reads ${posture.hostReads}`,
    ...limits,
    `  audit     processes ${posture.audit.exec}, connections ${posture.audit.connect}, files ${posture.audit.files}`,
    ...posture.degraded.map((sentence) => `  weaker    ${sentence}`),
    `  digest    ${posture.digest}`,
    '',
    ...table,
  ]
}
