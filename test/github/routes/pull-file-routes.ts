import { fullPullBody } from '../bodies/pull-body.ts'
import { repositoryUrl, webUrl } from '../bodies/repository-body.ts'
import { gitText } from '../git/run-git.ts'
import { notFound } from '../http/refusal.ts'
import { page } from '../http/reply.ts'
import { param, type RepositoryCall, type Route, repositoryRoute } from '../http/route.ts'
import { findIssue } from '../state/state.ts'

export const pullFileRoutes: readonly Route[] = [
  repositoryRoute('GET', '/pulls/{pull_number}/files', ['pull_requests:read'], listFiles),
]

const STATUS: Readonly<Record<string, string>> = { A: 'added', D: 'removed', M: 'modified', R: 'renamed', T: 'changed' }
const NONE = '0'.repeat(40)

/** What the head changes since it left the base, without the patches. */
async function listFiles(call: RepositoryCall) {
  const { world, repository } = call
  const issue = findIssue(repository, Number(param(call, 'pull_number')))
  if (!issue?.pull) throw notFound()
  const { head, base } = await fullPullBody(world, repository, issue, issue.pull)
  const range = ['diff', '--raw', '--no-abbrev', '-z', '-M', `${base.sha}...${head.sha}`]
  const parts = (await gitText(repository.gitDir, range)).split('\0').filter((part) => part !== '')
  const files: object[] = []
  for (let index = 0; index < parts.length; index += 2) {
    const [, , , sha = NONE, status = ''] = (parts[index] ?? '').split(' ')
    const path = parts[index + 1] ?? ''
    const isRenamed = status.startsWith('R')
    const filename = isRenamed ? (parts[index + 2] ?? '') : path
    if (isRenamed) index += 1
    files.push({
      ...{ sha, filename, status: STATUS[status.charAt(0)] ?? 'changed', additions: 1, deletions: 0, changes: 1 },
      blob_url: `${webUrl(world, repository)}/blob/${head.sha}/${filename}`,
      raw_url: `${webUrl(world, repository)}/raw/${head.sha}/${filename}`,
      contents_url: `${repositoryUrl(world, repository)}/contents/${filename}?ref=${head.sha}`,
      ...(isRenamed ? { previous_filename: path } : {}),
    })
  }
  return page(call, files)
}
