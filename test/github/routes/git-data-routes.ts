import { z } from 'zod'
import { gitCommitBody } from '../bodies/commit-body.ts'
import { objectUrl } from '../bodies/repository-body.ts'
import { nodeId } from '../bodies/user-body.ts'
import { type Identity, writeCommit } from '../git/commits.ts'
import { isFullId, readObject } from '../git/object-store.ts'
import { objectType, writeBlob } from '../git/objects.ts'
import { GitFailed } from '../git/run-git.ts'
import { invalid, notFound } from '../http/refusal.ts'
import { created, ok } from '../http/reply.ts'
import { param, parseBody, type RepositoryCall, type Route, repositoryRoute } from '../http/route.ts'

/** GitHub signs what an App commits without naming an author. This one only looks like it. */
const SIGNATURE =
  '-----BEGIN PGP SIGNATURE-----\n\nwsFcBAABCAAQBQJgstandinstandinstandin\n-----END PGP SIGNATURE-----\n'

const blobSchema = z.object({ content: z.string(), encoding: z.enum(['utf-8', 'base64']).default('utf-8') })

const personSchema = z.object({ name: z.string(), email: z.string(), date: z.string().optional() })
const commitSchema = z.object({
  message: z.string(),
  tree: z.string(),
  parents: z.array(z.string()).default([]),
  author: personSchema.optional(),
  committer: personSchema.optional(),
})

export const gitDataRoutes: readonly Route[] = [
  repositoryRoute('POST', '/git/blobs', ['contents:write'], createBlob),
  repositoryRoute('GET', '/git/blobs/{file_sha}', ['contents:read'], getBlob),
  repositoryRoute('POST', '/git/commits', ['contents:write'], createCommit),
  repositoryRoute('GET', '/git/commits/{commit_sha}', ['contents:read'], async (call) => {
    const sha = param(call, 'commit_sha')
    if (!isFullId(sha) || (await objectType(call.repository.gitDir, sha)) !== 'commit') throw notFound()
    return ok(await gitCommitBody(call.world, call.repository, sha))
  }),
]

async function createBlob(call: RepositoryCall) {
  const { content, encoding } = parseBody(call, blobSchema)
  const sha = await writeBlob(call.repository.gitDir, Buffer.from(content, encoding === 'base64' ? 'base64' : 'utf8'))
  return created({ sha, url: objectUrl(call.world, call.repository, 'blobs', sha) })
}

async function getBlob(call: RepositoryCall) {
  const sha = param(call, 'file_sha')
  const object = await readObject(call.repository.gitDir, sha)
  if (object?.type !== 'blob') throw notFound()
  const bytes = object.content
  const content = bytes.toString('base64')
  return ok({
    sha,
    node_id: nodeId('Blob', sha),
    size: bytes.length,
    url: objectUrl(call.world, call.repository, 'blobs', sha),
    content,
    encoding: 'base64',
  })
}

async function createCommit(call: RepositoryCall) {
  const { gitDir } = call.repository
  const input = parseBody(call, commitSchema)
  if ((await objectType(gitDir, input.tree)) !== 'tree') throw invalid('Tree SHA does not exist')
  for (const parent of input.parents) {
    if ((await objectType(gitDir, parent)) !== 'commit')
      throw invalid('Parent SHA does not exist or is not a commit object')
  }
  const { tree, parents, message } = input
  const sha = await writeCommit(gitDir, { tree, parents, message, ...signers(call, input) }).catch((error: unknown) => {
    throw error instanceof GitFailed ? invalid(`The commit is malformed (${error.stderr.trim()})`) : error
  })
  return created(await gitCommitBody(call.world, call.repository, sha))
}

function signers({ world }: RepositoryCall, { author, committer }: z.infer<typeof commitSchema>) {
  const bot = {
    name: world.app.bot.login,
    email: `${world.app.bot.id}+${world.app.bot.login}@users.noreply.github.com`,
    date: new Date(),
  }
  if (!author && !committer)
    return { author: bot, committer: { ...bot, name: 'GitHub', email: 'noreply@github.com' }, signature: SIGNATURE }
  const written = author ? identity(author) : bot
  return { author: written, committer: committer ? identity(committer) : written }
}

function identity({ name, email, date }: z.infer<typeof personSchema>): Identity {
  return { name, email, date: date === undefined ? new Date() : new Date(date) }
}
