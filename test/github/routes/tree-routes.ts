import { z } from 'zod'
import { holds } from '../auth/authorize.ts'
import { objectUrl } from '../bodies/repository-body.ts'
import { listTree, objectType, type TreeChange, type TreeEntry, writeBlob, writeTree } from '../git/objects.ts'
import { GitFailed, gitMaybe } from '../git/run-git.ts'
import { invalid, notFound, notPermitted } from '../http/refusal.ts'
import { created, ok } from '../http/reply.ts'
import { param, parseBody, type RepositoryCall, type Route, repositoryRoute } from '../http/route.ts'

/** GitHub cuts a recursive tree here and says so. */
const MOST_ENTRIES = 100_000

/** Also whole folders, which may hold workflows. */
const WORKFLOWS = /^\.github(\/workflows(\/|$)|$)/

const entrySchema = z.object({
  path: z.string(),
  mode: z.string(),
  type: z.string().optional(),
  sha: z.string().nullable().optional(),
  content: z.string().optional(),
})
const treeSchema = z.object({ base_tree: z.string().optional(), tree: z.array(entrySchema) })

export const treeRoutes: readonly Route[] = [
  repositoryRoute('POST', '/git/trees', ['contents:write'], createTree),
  repositoryRoute('GET', '/git/trees/{tree_sha}', ['contents:read'], getTree),
]

async function createTree(call: RepositoryCall) {
  const { gitDir } = call.repository
  const { base_tree, tree } = parseBody(call, treeSchema)
  const touchesWorkflows = tree.some(({ path }) => WORKFLOWS.test(path))
  if (touchesWorkflows && !holds(call.permissions, 'workflows:write')) throw notPermitted()
  if (base_tree !== undefined && (await objectType(gitDir, base_tree)) === undefined)
    throw invalid('base_tree is not a valid tree oid')

  const changes = await Promise.all(tree.map((entry) => treeChange(gitDir, entry)))
  const sha = await writeTree(gitDir, base_tree, changes).catch((error: unknown) => {
    throw error instanceof GitFailed
      ? invalid(`tree.path contains a malformed path component (${error.stderr.trim()})`)
      : error
  })
  return created(await treeBody(call, sha, false))
}

async function treeChange(
  gitDir: string,
  { path, mode, sha, content }: z.infer<typeof entrySchema>,
): Promise<TreeChange> {
  if (sha === null) return { path, mode, sha }
  if (content !== undefined && sha === undefined) return { path, mode, sha: await writeBlob(gitDir, content) }
  if (sha === undefined || content !== undefined) throw invalid('tree.sha or tree.content must be given, not both')
  const expected = mode === '040000' ? 'tree' : 'blob'
  // A submodule's commit is in another repository.
  if (mode !== '160000' && (await objectType(gitDir, sha)) !== expected)
    throw invalid(`tree.sha ${sha} is not a valid ${expected}`)
  return { path, mode, sha }
}

async function getTree(call: RepositoryCall) {
  const revision = `${param(call, 'tree_sha')}^{tree}`
  const sha = await gitMaybe(call.repository.gitDir, ['rev-parse', '--verify', '--quiet', '--end-of-options', revision])
  if (sha === undefined) throw notFound()
  return ok(await treeBody(call, sha, call.query.has('recursive')))
}

async function treeBody(call: RepositoryCall, sha: string, recursive: boolean) {
  const entries = await listTree(call.repository.gitDir, sha, recursive)
  const tree = entries.slice(0, MOST_ENTRIES).map((entry) => treeEntryBody(call, entry))
  return {
    sha,
    url: objectUrl(call.world, call.repository, 'trees', sha),
    tree,
    truncated: entries.length > MOST_ENTRIES,
  }
}

function treeEntryBody(call: RepositoryCall, { path, mode, type, sha, size }: TreeEntry) {
  const entry = { path, mode, type, sha }
  if (type === 'commit') return entry
  return {
    ...entry,
    ...(size === undefined ? {} : { size }),
    url: objectUrl(call.world, call.repository, `${type}s`, sha),
  }
}
