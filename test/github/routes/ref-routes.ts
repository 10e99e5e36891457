import { z } from 'zod'
import { holds } from '../auth/authorize.ts'
import { repositoryUrl } from '../bodies/repository-body.ts'
import { nodeId } from '../bodies/user-body.ts'
import { resolveCommit } from '../git/commits.ts'
import { newWorkflowFiles } from '../git/history.ts'
import { objectType } from '../git/objects.ts'
import { createRef, deleteRef, isAncestor, isValidRef, listRefs, type Ref, readRef, updateRef } from '../git/refs.ts'
import { invalid, notFound } from '../http/refusal.ts'
import { created, noContent, ok, page } from '../http/reply.ts'
import { param, parseBody, type RepositoryCall, type Route, repositoryRoute } from '../http/route.ts'

const createSchema = z.object({ ref: z.string(), sha: z.string() })
const updateSchema = z.object({ sha: z.string(), force: z.boolean().default(false) })

export const refRoutes: readonly Route[] = [
  repositoryRoute('GET', '/git/ref/{ref}', ['contents:read'], async (call) => ok(refBody(call, await existing(call)))),
  repositoryRoute('GET', '/git/matching-refs/{ref}', ['contents:read'], async (call) => {
    const refs = await listRefs(call.repository.gitDir, `refs/${param(call, 'ref')}`)
    return page(
      call,
      refs.map((ref) => refBody(call, ref)),
    )
  }),
  repositoryRoute('POST', '/git/refs', ['contents:write'], create),
  repositoryRoute('PATCH', '/git/refs/{ref}', ['contents:write'], update),
  repositoryRoute('DELETE', '/git/refs/{ref}', ['contents:write'], remove),
]

async function create(call: RepositoryCall) {
  const { gitDir } = call.repository
  const { ref, sha } = parseBody(call, createSchema)
  if (!ref.startsWith('refs/') || ref.split('/').length < 3)
    throw invalid("Reference name must start with 'refs' and contain at least two slashes")
  if (!(await isValidRef(gitDir, ref))) throw invalid(`${ref} is not a valid ref name.`)
  refuseProtected(call, ref)
  await refuseBadTarget(call, sha)
  if (!(await createRef(gitDir, ref, sha))) throw invalid('Reference already exists')
  const body = refBody(call, { ref, sha, type: 'commit' })
  return { ...created(body), headers: { location: body.url } }
}

async function update(call: RepositoryCall) {
  const { gitDir } = call.repository
  const { sha, force } = parseBody(call, updateSchema)
  const ref = `refs/${param(call, 'ref')}`
  const before = await readRef(gitDir, ref)
  if (!before) throw invalid('Reference does not exist')
  refuseProtected(call, ref)
  await refuseBadTarget(call, sha)
  if (!force && !(await isAncestor(gitDir, before.sha, sha))) throw invalid('Update is not a fast forward')
  await updateRef(gitDir, ref, sha)
  return ok(refBody(call, { ref, sha, type: 'commit' }))
}

async function remove(call: RepositoryCall) {
  const { ref } = await existing(call, invalid('Reference does not exist'))
  refuseProtected(call, ref)
  await deleteRef(call.repository.gitDir, ref)
  return noContent()
}

async function existing(call: RepositoryCall, otherwise = notFound()): Promise<Ref> {
  const ref = await readRef(call.repository.gitDir, `refs/${param(call, 'ref')}`)
  if (!ref) throw otherwise
  return ref
}

function refuseProtected({ repository }: RepositoryCall, ref: string): void {
  const branch = ref.replace(/^refs\/heads\//, '')
  if (branch !== ref && repository.protectedBranches.has(branch)) {
    throw invalid('Repository rule violations found\n\nChanges must be made through a pull request.\n\n')
  }
}

async function refuseBadTarget({ repository, permissions }: RepositoryCall, sha: string): Promise<void> {
  if ((await objectType(repository.gitDir, sha)) === undefined) throw invalid('Object does not exist')
  if ((await resolveCommit(repository.gitDir, sha)) === undefined) throw invalid('Reference update failed')
  if (holds(permissions, 'workflows:write')) return
  const [file] = await newWorkflowFiles(repository.gitDir, sha)
  if (file !== undefined)
    throw invalid(
      `refusing to allow a GitHub App to create or update workflow \`${file}\` without \`workflows\` permission`,
    )
}

function refBody({ world, repository }: RepositoryCall, { ref, sha, type }: Ref) {
  const git = `${repositoryUrl(world, repository)}/git`
  return {
    ref,
    node_id: nodeId('Ref', ref),
    url: `${git}/${ref}`,
    object: { sha, type, url: `${git}/${type}s/${sha}` },
  }
}
