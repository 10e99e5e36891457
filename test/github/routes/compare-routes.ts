import { commitBody } from '../bodies/commit-body.ts'
import { repositoryUrl, webUrl } from '../bodies/repository-body.ts'
import { resolveCommit } from '../git/commits.ts'
import { gitMaybe, gitText } from '../git/run-git.ts'
import { notFound, Refusal } from '../http/refusal.ts'
import { page } from '../http/reply.ts'
import { param, type RepositoryCall, type Route, repositoryRoute } from '../http/route.ts'

export const compareRoutes: readonly Route[] = [
  repositoryRoute('GET', '/compare/{basehead}', ['contents:read'], compare),
]

/** Without the changed files, which only the first page would have. */
async function compare(call: RepositoryCall) {
  const { world, repository } = call
  const { gitDir } = repository
  const [base, head] = await Promise.all(
    param(call, 'basehead')
      .split('...', 2)
      .map((revision) => resolveCommit(gitDir, revision)),
  )
  if (base === undefined || head === undefined) throw notFound()
  const common = await gitMaybe(gitDir, ['merge-base', base, head])
  if (common === undefined) throw new Refusal(404, `No common ancestor between ${base} and ${head}.`)

  const ahead = await listBetween(gitDir, base, head)
  const behind = await listBetween(gitDir, head, base)
  const web = `${webUrl(world, repository)}/compare/${base}...${head}`
  const body = {
    url: `${repositoryUrl(world, repository)}/compare/${base}...${head}`,
    ...{ html_url: web, permalink_url: web, diff_url: `${web}.diff`, patch_url: `${web}.patch` },
    base_commit: await commitBody(world, repository, base),
    merge_base_commit: await commitBody(world, repository, common),
    status: statusOf(ahead.length, behind.length),
    ...{ ahead_by: ahead.length, behind_by: behind.length, total_commits: ahead.length },
  }
  const bodies = await Promise.all(ahead.map((sha) => commitBody(world, repository, sha)))
  return page(call, bodies, (commits) => ({ ...body, commits }))
}

async function listBetween(gitDir: string, from: string, to: string): Promise<string[]> {
  return (await gitText(gitDir, ['rev-list', '--reverse', `${from}..${to}`])).split('\n').filter((sha) => sha !== '')
}

function statusOf(ahead: number, behind: number): string {
  if (ahead > 0) return behind > 0 ? 'diverged' : 'ahead'
  return behind > 0 ? 'behind' : 'identical'
}
