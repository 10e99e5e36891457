import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ChangeSet, JobRequest } from '../contract/index.ts'
import { digestOfChange } from '../pipeline/digest-of-change.ts'
import type { Worked } from '../pipeline/work-job.ts'
import { type HandoverFile, type Manifest, manifestFile, type RunOfWorkflow, sha256 } from './manifest.ts'

/** Writes what the half that publishes needs into an empty folder. Returns the digest of its manifest. */
export async function writeHandover(
  folder: string,
  request: JobRequest,
  { changeSet, summary }: Worked,
  { run }: { readonly run: RunOfWorkflow },
): Promise<string> {
  const files: Readonly<Partial<Record<HandoverFile, string>>> = {
    'request.json': JSON.stringify(request),
    'summary.json': JSON.stringify(summary),
    ...(changeSet === null ? {} : { 'change.json': JSON.stringify(changeOf(changeSet)) }),
  }
  const manifest: Manifest = {
    version: 1,
    jobId: request.id,
    repositoryId: request.repository.id,
    run,
    change: changeSet === null ? null : digestOfChange(changeSet),
    files: Object.fromEntries(Object.entries(files).map(([name, text]) => [name, sha256(text)])),
  }
  const text = JSON.stringify(manifest)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  await writeFile(join(folder, manifestFile), text)
  return sha256(text)
}

function changeOf({ files }: ChangeSet) {
  return {
    files: files.map(({ path, after }) => ({
      path,
      after: after && { mode: after.mode, content: Buffer.from(after.content).toString('base64') },
    })),
  }
}
