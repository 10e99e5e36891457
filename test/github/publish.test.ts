import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createInstallationOctokit, git } from './clients.ts'
import { createGitHubStandIn, type GitHubStandIn } from './stand-in.ts'
import type { Repository } from './state/entities.ts'

const at = { owner: 'acme', repo: 'widgets' }

describe('a branch and a pull request by the Git Data API', () => {
  let standIn: GitHubStandIn
  let repository: Repository
  let octokit: ReturnType<typeof createInstallationOctokit>
  let base: string

  beforeEach(async () => {
    standIn = await createGitHubStandIn({ openapi: true })
    repository = await standIn.createRepository({
      name: 'widgets',
      protectedBranches: ['main'],
      files: { 'a.txt': 'one\n', 'dir/b.txt': 'b\n' },
    })
    octokit = createInstallationOctokit(standIn)
    base = (await octokit.rest.git.getRef({ ...at, ref: 'heads/main' })).data.object.sha
  })

  afterEach(() => standIn[Symbol.asyncDispose]())

  const commitFile = async (path: string, content: string, parents = [base]) => {
    const blob = await octokit.rest.git.createBlob({
      ...at,
      content: Buffer.from(content).toString('base64'),
      encoding: 'base64',
    })
    const entry = { path, mode: '100755', type: 'blob', sha: blob.data.sha } as const
    const tree = await octokit.rest.git.createTree({ ...at, base_tree: base, tree: [entry] })
    return (await octokit.rest.git.createCommit({ ...at, message: 'mend', tree: tree.data.sha, parents })).data
  }

  const branch = async (name = 'airlock/1') => {
    const { sha } = await commitFile('new.sh', `#!/bin/sh\n# ${name}\n`)
    await octokit.rest.git.createRef({ ...at, ref: `refs/heads/${name}`, sha })
    return sha
  }

  it('goes from blob to pull request, and every object is really there', async () => {
    const sha = await branch()

    const pull = (
      await octokit.rest.pulls.create({ ...at, title: 'Mend', head: 'airlock/1', base: 'main', draft: true })
    ).data

    expect(pull).toMatchObject({
      number: 1,
      draft: true,
      state: 'open',
      commits: 1,
      changed_files: 1,
      head: { sha },
      base: { sha: base },
    })
    expect(await git(repository.gitDir, undefined, 'ls-tree', '-r', '--format=%(objectmode) %(path)', sha)).toBe(
      '100644 a.txt\n100644 dir/b.txt\n100755 new.sh',
    )
    expect(await git(repository.gitDir, undefined, 'log', '--format=%an <%ae> %cn', '-1', sha)).toBe(
      `airlock[bot] <${standIn.app.bot.id}+airlock[bot]@users.noreply.github.com> GitHub`,
    )
    expect(standIn.requests.flatMap(({ violations }) => violations)).toEqual([])
    expect(standIn.unexpected).toEqual([])
    expect(standIn.failures).toEqual([])
  })

  it('signs a commit that names no author, and only such a one', async () => {
    const { tree, sha, verification } = await commitFile('x', 'x')
    const author = { name: 'Someone', email: 'someone@example.com' }

    const named = await octokit.rest.git.createCommit({ ...at, message: 'm', tree: tree.sha, parents: [base], author })

    expect(verification).toMatchObject({ verified: true, reason: 'valid' })
    expect((await octokit.rest.git.getCommit({ ...at, commit_sha: sha })).data.verification).toEqual(verification)
    expect(named.data.verification).toMatchObject({ verified: false, reason: 'unsigned' })
    await git(repository.gitDir, undefined, 'fsck', '--strict')
  })

  it('takes paths away and writes content given in the tree', async () => {
    const tree = await octokit.rest.git.createTree({
      ...at,
      base_tree: base,
      tree: [
        { path: 'dir/b.txt', mode: '100644', type: 'blob', sha: null },
        { path: 'link', mode: '120000', type: 'blob', content: 'a.txt' },
      ],
    })

    expect(tree.data.tree.map(({ path, mode }) => `${mode} ${path}`)).toEqual(['100644 a.txt', '120000 link'])
  })

  it('refuses a ref that exists, also when two ask at once', async () => {
    const { sha } = await commitFile('x', 'x')
    const ask = () => octokit.rest.git.createRef({ ...at, ref: 'refs/heads/airlock/2', sha })

    const [first, second] = await Promise.allSettled([ask(), ask()])

    expect([first.status, second.status].sort()).toEqual(['fulfilled', 'rejected'])
    await expect(ask()).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining('Reference already exists'),
    })
  })

  it('moves a ref forward and refuses to move it elsewhere', async () => {
    const first = await branch()
    const next = await commitFile('new.sh', 'more', [first])
    const elsewhere = await commitFile('other', 'other')

    await octokit.rest.git.updateRef({ ...at, ref: 'heads/airlock/1', sha: next.sha })
    const away = octokit.rest.git.updateRef({ ...at, ref: 'heads/airlock/1', sha: elsewhere.sha })

    await expect(away).rejects.toMatchObject({ status: 422, message: expect.stringContaining('not a fast forward') })
    expect(
      (await octokit.rest.git.listMatchingRefs({ ...at, ref: 'heads/airlock/' })).data.map(({ object }) => object.sha),
    ).toEqual([next.sha])
  })

  it('refuses to move or delete a protected branch', async () => {
    const { sha } = await commitFile('x', 'x')

    const refused = { status: 422, message: expect.stringContaining('rule violations') }

    await expect(octokit.rest.git.updateRef({ ...at, ref: 'heads/main', sha })).rejects.toMatchObject(refused)
    await expect(octokit.rest.git.deleteRef({ ...at, ref: 'heads/main' })).rejects.toMatchObject(refused)
    expect(await standIn.refs(repository)).toEqual([{ ref: 'refs/heads/main', sha: base, type: 'commit' }])
  })

  it('refuses a workflow file without the permission, in a tree and hidden in a subtree', async () => {
    const file = { path: 'workflows/ci.yml', mode: '100644', type: 'blob', content: 'on: push\n' } as const
    const direct = octokit.rest.git.createTree({ ...at, tree: [{ ...file, path: `.github/${file.path}` }] })
    await expect(direct).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining('not accessible by integration'),
    })

    const inner = await octokit.rest.git.createTree({ ...at, tree: [file] })
    const outer = { path: '.github', mode: '040000', type: 'tree', sha: inner.data.sha } as const
    const hidden = octokit.rest.git.createTree({ ...at, tree: [outer] })

    await expect(hidden).rejects.toMatchObject({ status: 403 })
  })

  it('refuses a ref to a commit that brings a workflow file by another way', async () => {
    const files = { '.github/workflows/ci.yml': 'on: push\n' }
    const sha = await standIn.commit(repository, { branch: 'by-hand', message: 'ci', files })
    const create = (ref: string) => octokit.rest.git.createRef({ ...at, ref, sha })

    await create('refs/heads/known')
    for (const ref of ['by-hand', 'known']) await octokit.rest.git.deleteRef({ ...at, ref: `heads/${ref}` })

    await expect(create('refs/heads/airlock/1')).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining('without `workflows` permission'),
    })
  })

  it('refuses paths that git refuses', async () => {
    for (const path of ['.git/config', '../up', 'a//b', '/abs', 'GIT~1/config', '.g\u200cit/config']) {
      const tree = [{ path, mode: '100644', type: 'blob', content: 'x' } as const]

      await expect(octokit.rest.git.createTree({ ...at, tree })).rejects.toMatchObject({ status: 422 })
    }
  })

  it('refuses a second pull request for a branch, one without commits, and one without a base', async () => {
    await branch()
    const create = (head: string, into: string) => octokit.rest.pulls.create({ ...at, title: 't', head, base: into })
    await create('airlock/1', 'main')
    await octokit.rest.git.createRef({ ...at, ref: 'refs/heads/same', sha: base })

    const messages = [
      create('airlock/1', 'main'),
      create('same', 'main'),
      create('airlock/1', 'gone'),
      create('gone', 'main'),
    ]

    const answers = (await Promise.allSettled(messages)).map((answer) =>
      answer.status === 'rejected' ? answer.reason.response.data.errors[0] : answer,
    )
    expect(answers).toEqual([
      { resource: 'PullRequest', code: 'custom', message: 'A pull request already exists for acme:airlock/1.' },
      { resource: 'PullRequest', code: 'custom', message: 'No commits between main and same' },
      { resource: 'PullRequest', field: 'base', code: 'invalid' },
      { resource: 'PullRequest', field: 'head', code: 'invalid' },
    ])
  })

  it('lists pull requests by head and state, and changes them', async () => {
    await branch('airlock/1')
    await branch('airlock/2')
    for (const head of ['airlock/1', 'airlock/2'])
      await octokit.rest.pulls.create({ ...at, title: head, head, base: 'main' })
    const numbers = async (filter: { head?: string; state?: 'open' | 'closed' | 'all' }) =>
      (await octokit.rest.pulls.list({ ...at, ...filter })).data.map(({ number }) => number)

    await octokit.rest.pulls.update({ ...at, pull_number: 1, state: 'closed', body: 'done' })

    expect(await numbers({ head: 'acme:airlock/1' })).toEqual([])
    expect(await numbers({ head: 'acme:airlock/1', state: 'all' })).toEqual([1])
    expect(await numbers({})).toEqual([2])
    expect((await octokit.rest.pulls.get({ ...at, pull_number: 1 })).data).toMatchObject({
      state: 'closed',
      body: 'done',
    })
  })

  it('asks a collaborator for review and refuses a stranger', async () => {
    await branch()
    await octokit.rest.pulls.create({ ...at, title: 't', head: 'airlock/1', base: 'main' })
    standIn.addCollaborator(repository, 'mona', 'write')
    await standIn.openIssue(repository, { title: 'Hello', by: 'mallory' })
    const ask = (login: string) => octokit.rest.pulls.requestReviewers({ ...at, pull_number: 1, reviewers: [login] })

    expect((await ask('mona')).data.requested_reviewers?.map(({ login }) => login)).toEqual(['mona'])
    await expect(ask('mallory')).rejects.toMatchObject({ status: 422 })
    repository.private = false
    await expect(ask('mallory')).rejects.toMatchObject({ status: 422 })
  })

  it('opens a pull request from a fork and fetches its commits', async () => {
    const mallory = { owner: 'mallory', ownerType: 'User' } as const
    const fork = await standIn.createRepository({ ...mallory, name: 'widgets', private: false, forkOf: repository })
    const sha = await standIn.commit(fork, { branch: 'evil', message: 'evil', files: { 'evil.txt': 'evil' } })

    await standIn.openPullRequest(repository, { title: 'Please', head: 'mallory:evil', base: 'main', by: 'mallory' })

    const { head, base: into } = (await octokit.rest.pulls.get({ ...at, pull_number: 1 })).data
    expect([head.repo?.full_name, into.repo.full_name, head.sha]).toEqual(['mallory/widgets', 'acme/widgets', sha])
  })
})
