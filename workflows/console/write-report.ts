import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobSummary } from '../../worker/contract/index.ts'
import { toSarif } from '../../worker/gates/sarif/to-sarif.ts'

/** What people may want to keep of a run: the findings, the record, and the change as a patch where it may be shown. */
export async function writeReport(
  folder: string,
  { summary, patch }: { readonly summary: JobSummary; readonly patch: Uint8Array | null },
): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const { report } = summary
  await writeFile(join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`)
  await writeFile(join(folder, 'findings.sarif'), `${JSON.stringify(toSarif(report.findings, 'airlock'), null, 1)}\n`)
  if (report.audit !== '') await copyFile(report.audit, join(folder, 'audit.jsonl'))
  if (patch !== null) await writeFile(join(folder, 'change.patch'), patch)
}
