import { isUtf8 } from 'node:buffer'
import type { KeptEntry } from '../../worker/contract/index.ts'
import { digestOfChange } from '../../worker/pipeline/digest-of-change.ts'
import type { Kept } from '../../worker/pipeline/ports/index.ts'
import { readablePatch } from '../../worker/pipeline/readable-patch.ts'
import { describeFinding } from '../gates/describe-report.ts'
import { terminalText } from '../terminal-text.ts'

/** A change that is kept, opened. */
export interface OpenedChange {
  readonly entry: KeptEntry
  readonly kept: Kept
}

const words: Readonly<Record<KeptEntry['kind'], string>> = { change: 'held', ci: 'quarantined', blocked: 'blocked' }

/** A line for each, for a terminal. */
export function describeList(entries: readonly KeptEntry[]): string {
  return entries.length === 0 ? 'no change is kept\n' : `${entries.map(describeEntry).join('\n')}\n`
}

function describeEntry({ kind, jobId, repository, number, requester, until }: KeptEntry): string {
  const place = number === null ? repository : `${repository}#${number}`
  const line = [words[kind].padEnd(11), jobId, place, `asked by ${requester.login}`, `kept until ${until.slice(0, 10)}`]
  return terminalText(line.join('  '))
}

/** Findings and patch for a terminal; `written` is the file that has the patch instead. */
export function describeChange({ entry, kept }: OpenedChange, written: string | null): string {
  const findings = kept.summary.report.findings.map(describeFinding).join('\n')
  const parts = [`${describeEntry(entry)}\ndigest ${digestOf(kept)}`, findings, describePatch(kept, written)]
  return `${terminalText(parts.filter((part) => part !== '').join('\n\n')).trimEnd()}\n`
}

function describePatch(kept: Kept, written: string | null): string {
  if (written !== null) return `the patch is in ${written}`
  if (kept.kind === 'ci') return `published: ${kept.pullRequestUrl}`
  return kept.patch === null ? 'the patch was too large to be kept beside the change' : readablePatch(kept.patch)
}

/** All of it for a program. A patch that is not UTF-8 comes in base64. */
export function changeAsJson({ entry, kept }: OpenedChange) {
  const patch = patchOf(kept)
  const encoding = patch === null ? null : isUtf8(patch) ? ('utf-8' as const) : ('base64' as const)
  return {
    ...entry,
    digest: digestOf(kept),
    findings: kept.summary.report.findings,
    patch: patch && Buffer.from(patch).toString(encoding ?? 'base64'),
    encoding,
  }
}

/** Null where there is none to be had. */
export function patchOf(kept: Kept): Uint8Array | null {
  return kept.kind === 'ci' ? null : kept.patch
}

function digestOf(kept: Kept): string | null {
  if (kept.kind === 'ci') return kept.summary.quarantine?.digest ?? null
  return kept.kind === 'blocked' ? kept.digest : digestOfChange(kept.changeSet)
}
