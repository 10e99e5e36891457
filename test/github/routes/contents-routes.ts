import { objectUrl, repositoryUrl, webUrl } from '../bodies/repository-body.ts'
import { resolveCommit } from '../git/commits.ts'
import { listTree, type TreeEntry } from '../git/objects.ts'
import { gitMaybe, gitText, runGit } from '../git/run-git.ts'
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
  const parent = path.includes('/') ? `${commit}:${path.slice(0, path.lastIndexOf('/'))}` : commit
  const siblings =
    (await gitMaybe(gitDir, ['cat-file', '-t', parent])) === undefined ? [] : await listTree(gitDir, parent, false)
  const entry = siblings.find((sibling) => sibling.path === path.slice(path.lastIndexOf('/') + 1))
  if (!entry) throw notFound()

  if (entry.type !== 'tree') return fileReply(call, ref, path, entry, await linkTarget(gitDir, commit, path, entry))
  const children = await listTree(gitDir, entry.sha, false)
  return ok(children.map((child) => entryBody(call, ref, `${path}/${child.path}`, child)))
}

async function fileReply(call: RepositoryCall, ref: string, path: string, entry: TreeEntry, blob: string) {
  if (entry.type === 'commit') return ok({ ...entryBody(call, ref, path, entry), submodule_git_url: null })
  const bytes = await runGit(call.repository.gitDir, ['cat-file', 'blob', blob])
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
