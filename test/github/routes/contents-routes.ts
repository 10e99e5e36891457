import { objectUrl, repositoryUrl, webUrl } from '../bodies/repository-body.ts'
import { readCommit, resolveCommit } from '../git/commits.ts'
import { readObject } from '../git/object-store.ts'
import { listTree, objectType, type TreeEntry } from '../git/objects.ts'
import { gitText } from '../git/run-git.ts'
import { findLine } from '../git/tree-objects.ts'
import { notFound, Refusal } from '../http/refusal.ts'
import { ok } from '../http/reply.ts'
import { param, type RepositoryCall, type Route, repositoryRoute } from '../http/route.ts'

/** Larger files come without their content. */
const MOST_BYTES = 1024 * 1024

const KINDS: Readonly<Record<string, string>> = { blob: 'file', tree: 'dir', commit: 'submodule' }

export const contentsRoutes: readonly Route[] = [
  repositoryRoute('GET', '/contents/{path}', ['contents:read'], getContents),
]

async function getContents(call: RepositoryCall) {
  const { gitDir, defaultBranch } = call.repository
  const ref = call.query.get('ref') ?? defaultBranch
  const commit = await resolveCommit(gitDir, ref)
  if (commit === undefined)
    throw new Refusal(404, call.query.has('ref') ? `No commit found for the ref ${ref}` : 'This repository is empty.')

  const path = param(call, 'path').replace(/\/$/, '')
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : ''
  const siblings = await listFolder(gitDir, commit, folder)
  const entry = siblings.find((sibling) => sibling.path === path.slice(path.lastIndexOf('/') + 1))
  if (!entry) throw notFound()

  if (entry.type !== 'tree') return fileReply(call, ref, path, entry, await linkTarget(gitDir, commit, path, entry))
  const children = await listTree(gitDir, entry.sha, false)
  return ok(children.map((child) => entryBody(call, ref, `${path}/${child.path}`, child)))
}

/** Nothing where the commit has no such folder. */
async function listFolder(gitDir: string, commit: string, folder: string): Promise<TreeEntry[]> {
  const { tree } = await readCommit(gitDir, commit)
  const line = folder === '' ? { mode: '40000', sha: tree } : await findLine(gitDir, tree, folder)
  if (line === null) return []
  if (line?.mode === '40000') return listTree(gitDir, line.sha, false)
  const revision = `${commit}:${folder}`
  return (await objectType(gitDir, revision)) === undefined ? [] : listTree(gitDir, revision, false)
}

async function fileReply(call: RepositoryCall, ref: string, path: string, entry: TreeEntry, blob: string) {
  if (entry.type === 'commit') return ok({ ...entryBody(call, ref, path, entry), submodule_git_url: null })
  const object = await readObject(call.repository.gitDir, blob)
  if (object === undefined) throw notFound()
  const bytes = object.content
  if (call.accept.includes('raw'))
    return {
      status: 200,
      body: bytes.toString('utf8'),
      headers: { 'content-type': 'application/vnd.github.raw; charset=utf-8' },
    }
  const whole = bytes.length <= MOST_BYTES
  const content = whole ? bytes.toString('base64').replace(/.{1,60}/g, '$&\n') : ''
  return ok({ ...entryBody(call, ref, path, entry), size: bytes.length, content, encoding: whole ? 'base64' : 'none' })
}

/** A link to a file inside the repository is answered with that file, as on GitHub. */
async function linkTarget(gitDir: string, commit: string, path: string, entry: TreeEntry): Promise<string> {
  if (entry.mode !== '120000') return entry.sha
  const found = await gitText(gitDir, ['cat-file', '--batch-check', '--follow-symlinks'], {
    input: `${commit}:${path}\n`,
  })
  const [sha = '', type] = found.split(' ')
  return type === 'blob' ? sha : entry.sha
}

function entryBody({ world, repository }: RepositoryCall, ref: string, path: string, { sha, type, size }: TreeEntry) {
  const encoded = path.split('/').map(encodeURIComponent).join('/')
  const url = `${repositoryUrl(world, repository)}/contents/${encoded}?ref=${encodeURIComponent(ref)}`
  const html = `${webUrl(world, repository)}/${type}/${ref}/${encoded}`
  const git = objectUrl(world, repository, `${type}s`, sha)
  return {
    name: path.slice(path.lastIndexOf('/') + 1),
    path,
    sha,
    size: size ?? 0,
    type: KINDS[type],
    url,
    html_url: html,
    git_url: git,
    download_url: type === 'blob' ? `${webUrl(world, repository)}/raw/${ref}/${encoded}` : null,
    _links: { self: url, git, html },
  }
}
