import type { Commit, Identity } from '../git/commits.ts'
import { readCommit } from '../git/commits.ts'
import type { Repository } from '../state/entities.ts'
import type { World } from '../world.ts'
import { repositoryUrl, webUrl } from './repository-body.ts'
import { nodeId, time, userBody } from './user-body.ts'

/** A commit as the Git Data API shows it. */
export async function gitCommitBody(world: World, repository: Repository, sha: string) {
  const commit = await readCommit(repository.gitDir, sha)
  const url = `${repositoryUrl(world, repository)}/git/commits`
  const web = webUrl(world, repository)
  return {
    sha,
    node_id: nodeId('Commit', sha),
    url: `${url}/${sha}`,
    html_url: `${web}/commit/${sha}`,
    author: identityBody(commit.author),
    committer: identityBody(commit.committer),
    message: commit.message,
    tree: { sha: commit.tree, url: `${repositoryUrl(world, repository)}/git/trees/${commit.tree}` },
    parents: commit.parents.map((parent) => ({
      sha: parent,
      url: `${url}/${parent}`,
      html_url: `${web}/commit/${parent}`,
    })),
    verification: verificationBody(commit),
  }
}

/** A commit as the repository's list of commits shows it. */
export async function commitBody(world: World, repository: Repository, sha: string) {
  const { author, committer, message, tree, verification, url, html_url, parents } = await gitCommitBody(
    world,
    repository,
    sha,
  )
  const api = `${repositoryUrl(world, repository)}/commits`
  return {
    sha,
    node_id: nodeId('Commit', sha),
    commit: { author, committer, message, tree, url, comment_count: 0, verification },
    url: `${api}/${sha}`,
    html_url,
    comments_url: `${api}/${sha}/comments`,
    author: accountOf(world, author.email),
    committer: accountOf(world, committer.email),
    parents: parents.map((parent) => ({ ...parent, url: `${api}/${parent.sha}` })),
  }
}

function identityBody({ name, email, date }: Identity) {
  return { name, email, date: time(date) }
}

function verificationBody(commit: Commit) {
  if (commit.signature === null)
    return { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null }
  return {
    verified: true,
    reason: 'valid',
    signature: commit.signature,
    payload: commit.payload,
    verified_at: time(commit.committer.date),
  }
}

/** GitHub finds the account of a commit by its noreply address. */
function accountOf(world: World, email: string) {
  const id = Number(/^(\d+)\+.*@users\.noreply\./.exec(email)?.[1])
  const user = world.state.users.find((known) => known.id === id)
  return user ? userBody(world, user) : null
}
