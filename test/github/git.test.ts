import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFolder, git, mintToken } from './clients.ts'
import { createGitHubStandIn, type GitHubStandIn } from './stand-in.ts'

describe('git over smart HTTP', () => {
  let standIn: GitHubStandIn
  let folder: Awaited<ReturnType<typeof createFolder>>

  beforeEach(async () => {
    standIn = await createGitHubStandIn({
      app: { permissions: { contents: 'write', issues: 'write', workflows: 'write' } },
    })
    folder = await createFolder()
    await standIn.createRepository({ name: 'widgets', protectedBranches: ['main'], files: { 'a.txt': 'one\n' } })
    await standIn.createRepository({ name: 'other', files: { 'b.txt': 'two\n' } })
  })

  afterEach(async () => {
    await folder[Symbol.asyncDispose]()
    await standIn[Symbol.asyncDispose]()
  })

  const clone = (repository: string, token: string | undefined) =>
    git(folder.path, token, 'clone', '--quiet', `${standIn.url}/acme/${repository}.git`, 'clone')

  const commit = async (path: string, content: string) => {
    const work = join(folder.path, 'clone')
    await mkdir(join(work, path, '..'), { recursive: true })
    await writeFile(join(work, path), content)
    await git(work, undefined, 'add', '--all')
    await git(work, undefined, 'commit', '--quiet', '--message', 'change')
    return work
  }

  it('clones a private repository with a token that may read its contents', async () => {
    const { token } = await mintToken(standIn, { repositories: ['widgets'], permissions: { contents: 'read' } })

    await clone('widgets', token)

    expect(await readFile(join(folder.path, 'clone/a.txt'), 'utf8')).toBe('one\n')
    expect(standIn.requests.at(-1)).toMatchObject({ template: 'git', status: 200, identity: { kind: 'installation' } })
  })

  it('takes the token in the URL as well', async () => {
    const { token } = await mintToken(standIn)
    const url = new URL(`${standIn.url}/acme/widgets.git`)
    url.username = 'x-access-token'
    url.password = token

    await git(folder.path, undefined, 'clone', '--quiet', String(url), 'clone')

    expect(await readFile(join(folder.path, 'clone/a.txt'), 'utf8')).toBe('one\n')
  })

  it('clones a public repository for anybody', async () => {
    await standIn.createRepository({ name: 'open', private: false, files: { 'c.txt': 'three\n' } })

    await clone('open', undefined)

    expect(await readFile(join(folder.path, 'clone/c.txt'), 'utf8')).toBe('three\n')
  })

  it('serves the last that was made under a name, and knows the one before no more', async () => {
    const before = await standIn.createRepository({ name: 'open', private: false, files: { 'c.txt': 'three\n' } })
    const after = await standIn.createRepository({ name: 'Open', private: false, files: { 'c.txt': 'four\n' } })

    await clone('open', undefined)

    expect(await readFile(join(folder.path, 'clone/c.txt'), 'utf8')).toBe('four\n')
    expect(standIn.state.repositories).toContain(after)
    expect(standIn.state.repositories).not.toContain(before)
  })

  it('refuses a token for another repository', async () => {
    const { token } = await mintToken(standIn, { repositories: ['other'] })

    await expect(clone('widgets', token)).rejects.toThrow(/not found/)
  })

  it('refuses a token without contents, an expired one, a revoked one, and none at all', async () => {
    const issuesOnly = await mintToken(standIn, { permissions: { issues: 'write' } })
    await expect(clone('widgets', issuesOnly.token)).rejects.toThrow(/403/)

    const revoked = await mintToken(standIn)
    standIn.tokens.revoke(revoked)
    await expect(clone('widgets', revoked.token)).rejects.toThrow()

    const expired = await mintToken(standIn)
    standIn.tokens.expireAll()
    await expect(clone('widgets', expired.token)).rejects.toThrow()
    await expect(clone('widgets', undefined)).rejects.toThrow()

    const statuses = standIn.requests.filter(({ template }) => template === 'git').map(({ status }) => status)
    expect(new Set(statuses)).toEqual(new Set([403, 401]))
  })

  it('refuses a push by a token that may only read', async () => {
    const { token } = await mintToken(standIn, { permissions: { contents: 'read' } })
    await clone('widgets', token)
    const work = await commit('a.txt', 'changed\n')

    await expect(git(work, token, 'push', '--quiet', 'origin', 'HEAD:refs/heads/topic')).rejects.toThrow(/403/)
  })

  it('takes a push to a new branch and refuses one to a protected branch', async () => {
    const { token } = await mintToken(standIn, { permissions: { contents: 'write' } })
    await clone('widgets', token)
    const work = await commit('a.txt', 'changed\n')

    await git(work, token, 'push', '--quiet', 'origin', 'HEAD:refs/heads/topic')
    const toMain = git(work, token, 'push', '--quiet', 'origin', 'HEAD:refs/heads/main')

    await expect(toMain).rejects.toThrow(/GH006/)
    expect(await git(work, token, 'ls-remote', 'origin', 'refs/heads/topic')).toContain(
      await git(work, undefined, 'rev-parse', 'HEAD'),
    )
  })

  it('refuses a workflow file by a token without that permission', async () => {
    const [without, withIt] = [
      await mintToken(standIn, { permissions: { contents: 'write' } }),
      await mintToken(standIn, { permissions: { contents: 'write', workflows: 'write' } }),
    ]
    await clone('widgets', without.token)
    const work = await commit('.github/workflows/ci.yml', 'on: push\n')
    const push = (token: string) => git(work, token, 'push', '--quiet', 'origin', 'HEAD:refs/heads/topic')

    await expect(push(without.token)).rejects.toThrow(/refusing to allow a GitHub App .* `.github\/workflows\/ci.yml`/)
    await expect(push(withIt.token)).resolves.toBe('')
  })

  it('follows a repository to its new name', async () => {
    const [repository] = standIn.state.repositories
    if (!repository) throw new Error('no repository')
    const { token } = await mintToken(standIn)

    standIn.renameRepository(repository, 'gadgets')
    await clone('widgets', token)

    expect(standIn.requests.map(({ path, status }) => [path, status])).toContainEqual([
      '/acme/widgets.git/info/refs',
      301,
    ])
  })

  it('imports a folder as the first commit, ignored and executable files too', async () => {
    const source = join(folder.path, 'source')
    await mkdir(source)
    await writeFile(join(source, '.gitignore'), 'run.sh\n')
    await writeFile(join(source, 'run.sh'), '#!/bin/sh\n')
    await chmod(join(source, 'run.sh'), 0o755)

    const repository = await standIn.createRepository({ name: 'imported', folder: source })

    expect(await git(repository.gitDir, undefined, 'ls-tree', '-r', '--format=%(objectmode) %(path)', 'main')).toBe(
      '100644 .gitignore\n100755 run.sh',
    )
  })
})
