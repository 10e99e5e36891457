import { commitBody } from '../bodies/commit-body.ts'
import { fullRepositoryBody, repositoryUrl } from '../bodies/repository-body.ts'
import { publicUserBody, userBody } from '../bodies/user-body.ts'
import { resolveCommit } from '../git/commits.ts'
import { listRefs } from '../git/refs.ts'
import { gitText } from '../git/run-git.ts'
import { invalid, notFound, Refusal } from '../http/refusal.ts'
import { ok, page } from '../http/reply.ts'
import { param, type RepositoryCall, type Route, repositoryRoute, tokenRoute } from '../http/route.ts'
import type { CollaboratorRole } from '../state/entities.ts'
import { findUser, roleOf } from '../state/state.ts'

const getRepository = repositoryRoute('GET', '', ['metadata:read'], ({ world, repository }) =>
  ok(fullRepositoryBody(world, repository)),
)

export const repositoryRoutes: readonly Route[] = [
  getRepository,
  repositoryRoute('GET', '/branches', ['contents:read'], listBranches),
  repositoryRoute('GET', '/branches/{branch}', ['contents:read'], getBranch),
  repositoryRoute('GET', '/commits', ['contents:read'], listCommits),
  repositoryRoute('GET', '/commits/{ref}', ['contents:read'], getCommit),
  repositoryRoute('GET', '/commits/{commit_sha}/branches-where-head', ['contents:read'], listBranchesAt),
  repositoryRoute('GET', '/collaborators/{username}/permission', ['metadata:read'], getPermission),
  tokenRoute('GET', '/users/{username}', (call) => {
    const user = findUser(call.world.state, param(call, 'username'))
    if (!user) throw notFound()
    return ok(publicUserBody(call.world, user))
  }),
]

async function listBranches(call: RepositoryCall) {
  const { world, repository } = call
  const branches = (await listRefs(repository.gitDir, 'refs/heads/')).map(({ ref, sha }) => {
    const name = ref.slice('refs/heads/'.length)
    const commit = { sha, url: `${repositoryUrl(world, repository)}/commits/${sha}` }
    return { name, commit, protected: repository.protectedBranches.has(name) }
  })
  const wanted = call.query.get('protected')
  return page(
    call,
    branches.filter((branch) => wanted === null || String(branch.protected) === wanted),
  )
}

async function listBranchesAt(call: RepositoryCall) {
  const { world, repository } = call
  const wanted = param(call, 'commit_sha')
  const refs = await listRefs(repository.gitDir, 'refs/heads/')
  const branches = refs.flatMap(({ ref, sha }) => {
    const name = ref.slice('refs/heads/'.length)
    const commit = { sha, url: `${repositoryUrl(world, repository)}/commits/${sha}` }
    return sha === wanted ? [{ name, commit, protected: repository.protectedBranches.has(name) }] : []
  })
  return ok(branches)
}

async function getBranch(call: RepositoryCall) {
  const { world, repository } = call
  const name = param(call, 'branch')
  const sha = await resolveCommit(repository.gitDir, `refs/heads/${name}`)
  if (sha === undefined) throw new Refusal(404, 'Branch not found')

  const url = `${repositoryUrl(world, repository)}/branches/${name}`
  const isProtected = repository.protectedBranches.has(name)
  return ok({
    name,
    commit: await commitBody(world, repository, sha),
    _links: { self: url, html: `${world.url}/${repository.owner.login}/${repository.name}/tree/${name}` },
    protected: isProtected,
    protection: {
      enabled: isProtected,
      required_status_checks: { enforcement_level: 'off', contexts: [], checks: [] },
    },
    protection_url: `${url}/protection`,
  })
}

async function listCommits(call: RepositoryCall) {
  const { world, repository, query } = call
  const start = query.get('sha') ?? repository.defaultBranch
  const sha = await resolveCommit(repository.gitDir, start)
  if (sha === undefined) throw notFound()
  const shas = (await gitText(repository.gitDir, ['rev-list', '--max-count=30', sha])).split('\n')
  return page(call, await Promise.all(shas.map((one) => commitBody(world, repository, one))))
}

async function getCommit(call: RepositoryCall) {
  const { world, repository } = call
  const sha = await resolveCommit(repository.gitDir, param(call, 'ref'))
  if (sha === undefined) throw invalid(`No commit found for SHA: ${param(call, 'ref')}`)
  return ok(await commitBody(world, repository, sha))
}

function getPermission(call: RepositoryCall) {
  const { world, repository } = call
  const user = findUser(world.state, param(call, 'username'))
  if (!user) throw new Refusal(404, `${param(call, 'username')} is not a user`)
  const role = roleOf(repository, user)
  const role_name = role === 'none' ? '' : role
  return ok({ permission: legacyPermission(role), role_name, user: { ...userBody(world, user), role_name } })
}

/** The API's older word for a role: `maintain` counts as write, `triage` as read. */
function legacyPermission(role: CollaboratorRole): string {
  if (role === 'maintain') return 'write'
  return role === 'triage' ? 'read' : role
}
