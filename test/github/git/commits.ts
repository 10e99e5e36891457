import { isFullId, readObject, writeObject } from './object-store.ts'
import { readRefFile } from './ref-files.ts'
import { GitFailed, gitMaybe } from './run-git.ts'

export interface Identity {
  readonly name: string
  readonly email: string
  readonly date: Date
}

export interface CommitInput {
  readonly tree: string
  readonly parents: readonly string[]
  readonly author: Identity
  readonly committer: Identity
  readonly message: string
  /** Written into the object as GitHub's own signature is. */
  readonly signature?: string
}

export interface Commit extends Omit<CommitInput, 'signature'> {
  readonly sha: string
  readonly signature: string | null
  /** What was signed: the object without its signature. */
  readonly payload: string
}

export async function resolveCommit(gitDir: string, revision: string): Promise<string | undefined> {
  const sha = isFullId(revision) ? revision : await readRefFile(gitDir, revision)
  if (sha === null) return undefined
  const object = sha === undefined ? undefined : await readObject(gitDir, sha)
  if (object?.type === 'commit') return sha
  if (sha !== undefined && object === undefined) return undefined
  return gitMaybe(gitDir, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`])
}

/** Throws GitFailed for what git would not take for a commit. */
export async function writeCommit(gitDir: string, commit: CommitInput): Promise<string> {
  const odd = [commit.tree, ...commit.parents].find((sha) => !isFullId(sha))
  if (odd !== undefined) throw new GitFailed(128, `bad object id ${odd}`)
  const signature = commit.signature === undefined ? [] : [`gpgsig ${commit.signature.replaceAll('\n', '\n ')}`]
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${identityLine(commit.author)}`,
    `committer ${identityLine(commit.committer)}`,
    ...signature,
    '',
    commit.message,
  ]
  return writeObject(gitDir, 'commit', Buffer.from(lines.join('\n')))
}

export async function readCommit(gitDir: string, sha: string): Promise<Commit> {
  const object = await readObject(gitDir, sha)
  if (object?.type !== 'commit') throw new GitFailed(128, `${sha} is no commit`)
  const raw = object.content.toString('utf8')
  const gap = raw.indexOf('\n\n')
  const signature = /^gpgsig (.*(?:\n .*)*)\n?/m.exec(raw.slice(0, gap + 1))
  const header = raw.slice(0, gap).split('\n')
  const values = (key: string) =>
    header.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1))
  return {
    sha,
    tree: values('tree')[0] ?? '',
    parents: values('parent'),
    author: parseIdentity(values('author')[0] ?? ''),
    committer: parseIdentity(values('committer')[0] ?? ''),
    message: raw.slice(gap + 2),
    signature: signature?.[1]?.replaceAll('\n ', '\n') ?? null,
    payload: signature ? raw.replace(signature[0], '') : raw,
  }
}

function identityLine({ name, email, date }: Identity): string {
  return `${name} <${email}> ${Math.floor(date.getTime() / 1000)} +0000`
}

function parseIdentity(line: string): Identity {
  const match = /^(.*) <(.*)> (\d+) [+-]\d{4}$/.exec(line)
  return { name: match?.[1] ?? '', email: match?.[2] ?? '', date: new Date(Number(match?.[3] ?? 0) * 1000) }
}
