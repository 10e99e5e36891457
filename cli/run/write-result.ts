import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobSummary } from '../../worker/contract/index.ts'
import { createGit } from '../../worker/git/git-command.ts'

/** Puts what a person or a program wants to keep of a run into one folder. */
export async function writeResult(
  out: string,
  { repository, dataDir }: { readonly repository: string; readonly dataDir: string },
  { report }: JobSummary,
): Promise<void> {
  await mkdir(out, { recursive: true })
  await writeFile(join(out, 'report.json'), `${JSON.stringify(report, null, 2)}\n`)
  await copyFile(report.audit, join(out, 'audit.jsonl'))
  if (report.pullRequest !== null) {
    await writeFile(join(out, 'pull-request.md'), `# ${report.pullRequest.title}\n\n${report.pullRequest.body}\n`)
  }
  if (report.commit === null) return
  const git = createGit('git', join(dataDir, 'git-home'))
  const args = [
    '-C',
    repository,
    'diff',
    '--binary',
    '--no-ext-diff',
    '--no-textconv',
    report.baseSha,
    report.commit,
    '--',
  ]
  await writeFile(join(out, 'change.patch'), await git(args, { signal: AbortSignal.timeout(60_000) }))
}
