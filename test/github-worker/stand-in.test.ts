import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ChangeSet, FileMode, JobRequest } from '../../worker/contract/index.ts'
import { createAuthority } from '../../worker/github/authority.ts'
import { createCloneAccess } from '../../worker/github/clone-access.ts'
import { createInstallationTokens, type InstallationTokens } from '../../worker/github/installation-tokens.ts'
import { createPublisher } from '../../worker/github/publish.ts'
import { noReviewers } from '../../worker/pipeline/code-owners.ts'
import type { Publisher } from '../../worker/pipeline/ports/index.ts'
import { createFolder, git } from '../github/clients.ts'
import { writeBlob, writeTree } from '../github/git/objects.ts'
import { createGitHubStandIn, type GitHubStandIn } from '../github/stand-in.ts'
import type { Repository } from '../github/state/entities.ts'
import { createMemoryVault } from './memory-vault.ts'
import { createLog, never, openFence, requestOf } from './mock-github.ts'

const branch = 'airlock/1-fix-it'
const binary = Buffer.from([0, 255, 254, 10, 13, 0, 128])

let standIn: GitHubStandIn
let repository: Repository
let tokens: InstallationTokens
let publisher: Publisher
let request: JobRequest
let changeSet: ChangeSet

beforeEach(async () => {
  standIn = await createGitHubStandIn({ openapi: true })
  repository = await standIn.createRepository({
    name: 'widgets',
    protectedBranches: ['main'],
    files: { 'a.txt': 'one\n', 'dir/b.txt': 'b\n', 'run.sh': '#!/bin/sh\n' },
  })
  const ada = standIn.addCollaborator(repository, 'ada', 'write')
  await standIn.openIssue(repository, { title: 'It is broken', by: 'ada' })
  const log = createLog()
  const { id: appId, privateKey } = standIn.app
  const vault = createMemoryVault()
  tokens = createInstallationTokens({ appId, privateKey, baseUrl: `${standIn.url}/api/v3`, vault, log })
  publisher = createPublisher({ tokens, log })
  request = requestFor(await git(repository.gitDir, undefined, 'rev-parse', 'main'), ada.id)
  changeSet = await changeSetOn(request.base.sha)
})

afterEach(async () => {
  const { failures, unexpected, unusedFaults } = standIn
  const violations = standIn.requests.flatMap((made) => made.violations)
  const live = standIn.tokens.live().length
  await standIn[Symbol.asyncDispose]()
  expect({ failures, unexpected, violations, unusedFaults, live }).toEqual({
    failures: [],
    unexpected: [],
    violations: [],
    unusedFaults: [],
    live: 0,
  })
})

function requestFor(sha: string, actorId: number): JobRequest {
  const { owner, name, id } = repository
  return requestOf({
    installationId: standIn.installationId,
    repository: { id, owner: owner.login, name, private: true, defaultBranch: 'main' },
    actor: { id: actorId, login: 'ada' },
    subject: { kind: 'issue', number: 1, title: 'It is broken' },
    base: { ref: 'main', sha },
  })
}

/** The tree is made by git itself, as the worker's own clean repository would. */
async function changeSetOn(baseSha: string): Promise<ChangeSet> {
  const version = async (content: string | Buffer, mode: FileMode = '100644') => {
    const bytes = Buffer.from(content)
    return { mode, content: bytes, sha: await writeBlob(repository.gitDir, bytes) }
  }
  const files = [
    { path: 'logo.png', before: null, after: await version(binary) },
    { path: 'run.sh', before: await version('#!/bin/sh\n'), after: await version('#!/bin/sh\n', '100755') },
    { path: 'now', before: null, after: await version('a.txt', '120000') },
    { path: 'dir/b.txt', before: await version('b\n'), after: null },
  ]
  const changes = files.map(({ path, before, after }) => ({
    path,
    mode: (after ?? before)?.mode ?? '100644',
    sha: after?.sha ?? null,
  }))
  return { baseSha, files, treeSha: await writeTree(repository.gitDir, baseSha, changes) }
}

async function publish() {
  const baseTreeSha = await git(repository.gitDir, undefined, 'rev-parse', `${request.base.sha}^{tree}`)
  const commit = await publisher.stage(
    { request, changeSet, baseTreeSha, repository: '/nowhere', commitMessage: 'Mend it', fence: openFence },
    never,
  )
  return handOff(commit)
}

function handOff(commit: string) {
  const text = { title: 'Mend it', body: 'Closes #1' }
  return publisher.handOff({ request, branch, commit, ...text, reviewers: noReviewers, fence: openFence }, never)
}

const pulls = () => repository.issues.filter(({ pull }) => pull !== undefined)
/** All refs but those that GitHub keeps for pull requests. */
const branches = async () =>
  (await standIn.refs(repository)).map(({ ref }) => ref).filter((ref) => !ref.startsWith('refs/pull/'))

describe('a handoff to GitHub', () => {
  it('is one signed commit on one new branch, and one draft that its requester reviews', async () => {
    const published = await publish()

    const log = await git(repository.gitDir, undefined, 'log', '-1', '--format=%T %P %cn', published.commit)
    expect(log).toBe(`${changeSet.treeSha} ${request.base.sha} GitHub`)
    expect(await git(repository.gitDir, undefined, 'ls-tree', '-r', '--format=%(objectmode) %(path)', branch)).toBe(
      '100644 a.txt\n100644 logo.png\n120000 now\n100755 run.sh',
    )
    expect(await branches()).toEqual([`refs/heads/${branch}`, 'refs/heads/main'])
    expect(pulls().map(({ title, pull }) => [title, pull?.draft, pull?.requestedReviewers[0]?.login])).toEqual([
      ['Mend it', true, 'ada'],
    ])
    expect(published.pullRequest?.number).toBe(2)
  })

  it.each([
    ['blob', '/repos/{owner}/{repo}/git/blobs'],
    ['tree', '/repos/{owner}/{repo}/git/trees'],
    ['commit', '/repos/{owner}/{repo}/git/commits'],
    ['branch', '/repos/{owner}/{repo}/git/refs'],
    ['pull request', '/repos/{owner}/{repo}/pulls'],
    ['review', '/repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers'],
    ['token', '/app/installations/{installation_id}/access_tokens'],
  ])('is still one when GitHub made the %s and did not say so', async (what, path) => {
    standIn.failNext({ method: 'POST', path }, 'timeout-after-effect')

    await publish()

    expect(await branches()).toEqual([`refs/heads/${branch}`, 'refs/heads/main'])
    expect(pulls()).toHaveLength(1)
    // A token that nobody ever saw cannot be revoked by anybody.
    if (what === 'token') standIn.tokens.expireAll()
  })

  it('is still one when it is done twice, one after the other and at once', async () => {
    const first = await publish()
    const again = await Promise.all([publish(), handOff(first.commit)])

    expect(again.map(({ pullRequest }) => pullRequest?.number)).toEqual([2, 2])
    expect(pulls()).toHaveLength(1)
  })

  it('goes on when the token expires between branch and pull request', async () => {
    const held = standIn.hold({ method: 'POST', path: '/repos/{owner}/{repo}/pulls' }, 'before')
    const publishing = publish()
    await held.reached
    standIn.tokens.expireAll()
    held.release()

    await publishing

    expect(pulls()).toHaveLength(1)
  })

  it('ends when the installation is suspended in the middle', async () => {
    const held = standIn.hold({ method: 'POST', path: '/repos/{owner}/{repo}/git/refs' }, 'before')
    const publishing = publish().catch((error: unknown) => error)
    await held.reached
    standIn.suspend(true)
    held.release()

    expect(await publishing).toMatchObject({ name: 'HandoffError', retryable: false })
    expect(await branches()).toEqual(['refs/heads/main'])
    // GitHub revokes nothing for an App that is suspended, and takes nothing from it either.
    standIn.tokens.expireAll()
  })

  it('is rejected where it would change a workflow', async () => {
    const path = '.github/workflows/ci.yml'
    const content = Buffer.from('on: push\n')
    const sha = await writeBlob(repository.gitDir, content)
    const treeSha = await writeTree(repository.gitDir, request.base.sha, [{ path, mode: '100644', sha }])
    const files = [{ path, before: null, after: { mode: '100644' as const, sha, content } }]
    changeSet = { baseSha: request.base.sha, treeSha, files }

    await expect(publish()).rejects.toMatchObject({ code: 'rejected', message: expect.stringContaining(path) })
  })

  it('follows a repository that is renamed in the middle', async () => {
    const held = standIn.hold({ method: 'POST', path: '/repos/{owner}/{repo}/git/commits' }, 'before')
    const publishing = publish()
    await held.reached
    standIn.renameRepository(repository, 'gadgets')
    held.release()

    await publishing

    expect(pulls()).toHaveLength(1)
  })
})

describe('authority, live', () => {
  const recheck = () =>
    createAuthority({
      tokens,
      policyDigest: async () => request.policyDigest,
      outsideTeams: async () => null,
      botLogin: async () => standIn.app.bot.login,
    }).recheck(request, never)

  it('stands as long as nothing changes, also when the branch goes on', async () => {
    await standIn.commit(repository, { branch: 'main', message: 'more', files: { 'c.txt': 'c' } })

    expect(await recheck()).toBeNull()
  })

  it('falls with the permission', async () => {
    standIn.addCollaborator(repository, 'ada', 'triage')

    expect(await recheck()).toMatchObject({ reason: 'permission-lost' })
  })

  it('falls with the repository', async () => {
    repository.archived = true

    expect(await recheck()).toMatchObject({ reason: 'repository-archived' })
  })
})

describe('a clone, live', () => {
  it('is had with a token that cannot write', async () => {
    await using folder = await createFolder()
    const access = await createCloneAccess({ tokens, gitUrl: standIn.url, network: {} })(request, never)

    await git(folder.path, access.token, 'clone', '-q', access.url, 'clone')
    const push = git(`${folder.path}/clone`, access.token, 'push', '-q', 'origin', 'HEAD:refs/heads/airlock/x')

    await expect(push).rejects.toThrow()
    expect(await branches()).toEqual(['refs/heads/main'])
    await access.dispose()
  })
})
