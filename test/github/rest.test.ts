import { generateKeyPairSync, type KeyLike, sign } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createAppOctokit, createInstallationOctokit, createTokenOctokit, mintToken } from './clients.ts'
import { createGitHubStandIn, type GitHubStandIn } from './stand-in.ts'
import type { Repository } from './state/entities.ts'

const at = { owner: 'acme', repo: 'widgets' }

describe('the REST API', () => {
  let standIn: GitHubStandIn
  let repository: Repository
  let octokit: ReturnType<typeof createInstallationOctokit>

  beforeEach(async () => {
    standIn = await createGitHubStandIn()
    const files = {
      '.github/airlock.yml': 'agent: claude\n',
      'dir/a.txt': 'one\n',
      link: { content: 'dir/a.txt', mode: '120000' },
    } as const
    repository = await standIn.createRepository({ name: 'widgets', files })
    await standIn.createRepository({ name: 'other', files: { 'b.txt': 'two\n' } })
    await standIn.openIssue(repository, { title: 'Broken', body: 'It is.', by: 'mona' })
    octokit = createInstallationOctokit(standIn)
  })

  afterEach(async () => {
    await standIn[Symbol.asyncDispose]()
    expect(standIn.failures).toEqual([])
  })

  describe('tokens', () => {
    it('mints a token as long as the new ones, for the repositories and permissions asked for', async () => {
      const token = await mintToken(standIn, { repositories: ['widgets'], permissions: { contents: 'read' } })

      expect(token.token).toMatch(/^ghs_[\w.-]{480,560}$/)
      expect(token).toMatchObject({ repositories: [repository], permissions: { contents: 'read', metadata: 'read' } })
      expect(standIn.tokens.live()).toEqual([token])
    })

    it('refuses to mint more than was granted, or for a repository that is not there', async () => {
      await expect(mintToken(standIn, { permissions: { workflows: 'write' } })).rejects.toMatchObject({ status: 422 })
      await expect(mintToken(standIn, { repositories: ['gone'] })).rejects.toMatchObject({ status: 422 })
    })

    it('refuses an App JWT of another key, of another App, too long-lived, and expired', async () => {
      const now = Math.floor(Date.now() / 1000)
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
      const good = { iat: now - 30, exp: now + 500, iss: standIn.app.id }
      const ask = async (claims: object, key: KeyLike = standIn.app.privateKey) => {
        const authorization = `bearer ${signJwt(claims, key)}`
        return (await fetch(`${standIn.url}/api/v3/app`, { headers: { authorization } })).status
      }

      expect(await ask(good)).toBe(200)
      expect(await ask(good, privateKey)).toBe(401)
      expect(await ask({ ...good, iss: 1 })).toBe(401)
      expect(await ask({ ...good, exp: now + 700 })).toBe(401)
      expect(await ask({ ...good, exp: now - 1 })).toBe(401)
    })

    it('refuses a token for another repository, which then does not exist', async () => {
      const elsewhere = createTokenOctokit(standIn, await mintToken(standIn, { repositories: ['other'] }))

      await expect(elsewhere.rest.repos.get(at)).rejects.toMatchObject({ status: 404 })
      expect((await elsewhere.rest.repos.get({ ...at, repo: 'other' })).status).toBe(200)
    })

    it('refuses what the token has no permission for', async () => {
      const reader = createTokenOctokit(standIn, await mintToken(standIn, { permissions: { issues: 'read' } }))

      expect((await reader.rest.issues.get({ ...at, issue_number: 1 })).data.title).toBe('Broken')
      await expect(reader.rest.issues.createComment({ ...at, issue_number: 1, body: 'x' })).rejects.toMatchObject({
        status: 403,
        message: expect.stringContaining('Resource not accessible by integration'),
      })
    })

    it('ends with its revocation, with its hour, and with the suspension of its installation', async () => {
      const get = async (token: string) =>
        (await fetch(`${standIn.url}/api/v3/repos/acme/widgets`, { headers: { authorization: `token ${token}` } }))
          .status
      const [revoked, kept] = [await mintToken(standIn), await mintToken(standIn)]
      expect([await get(revoked.token), await get(kept.token)]).toEqual([200, 200])

      await fetch(`${standIn.url}/api/v3/installation/token`, {
        method: 'DELETE',
        headers: { authorization: `token ${revoked.token}` },
      })
      expect([await get(revoked.token), await get(kept.token)]).toEqual([401, 200])

      standIn.suspend(true)
      expect(await get(kept.token)).toBe(403)
      await expect(mintToken(standIn)).rejects.toMatchObject({ status: 403 })

      standIn.suspend(false)
      standIn.tokens.expireAll()
      expect(await get(kept.token)).toBe(401)
      expect(standIn.tokens.live()).toEqual([])
    })

    it('finds the installation of a repository', async () => {
      const app = createAppOctokit(standIn)

      expect((await app.rest.apps.getRepoInstallation(at)).data.id).toBe(standIn.installationId)
      await standIn.createRepository({ name: 'foreign', installed: false, files: {} })
      await expect(app.rest.apps.getRepoInstallation({ ...at, repo: 'foreign' })).rejects.toMatchObject({ status: 404 })
    })

    it('records who asked with which rights', async () => {
      const token = await mintToken(standIn, { permissions: { contents: 'read' } })
      await createTokenOctokit(standIn, token).rest.repos.get(at)

      const asked = standIn.requests.at(-1)
      expect(asked).toMatchObject({
        method: 'GET',
        path: '/repos/acme/widgets',
        template: '/repos/{owner}/{repo}',
        status: 200,
      })
      expect(asked?.identity).toEqual({ kind: 'installation', token })
    })
  })

  describe('repositories', () => {
    it('says what a collaborator may, by role and by number', async () => {
      const mona = standIn.addCollaborator(repository, 'mona', 'maintain')
      standIn.addCollaborator(repository, 'tria', 'triage')
      const level = async (username: string) => {
        const { permission, role_name, user } = (
          await octokit.rest.repos.getCollaboratorPermissionLevel({ ...at, username })
        ).data
        return [permission, role_name, user?.id]
      }
      const mallory = standIn.addCollaborator(repository, 'mallory', 'none')

      expect(await level('mona')).toEqual(['write', 'maintain', mona.id])
      expect((await level('tria')).slice(0, 2)).toEqual(['read', 'triage'])
      expect(await level('mallory')).toEqual(['none', '', mallory.id])
      await expect(level('nobody')).rejects.toMatchObject({ status: 404 })
    })

    it('reads a file, a folder, a link to a file, and says 404 to what is not there', async () => {
      const read = async (path: string, ref?: string) =>
        (await octokit.rest.repos.getContent({ ...at, path, ...(ref ? { ref } : {}) })).data
      const text = (data: unknown) => Buffer.from(String(Object(data).content), 'base64').toString('utf8')

      expect(text(await read('.github/airlock.yml'))).toBe('agent: claude\n')
      expect(text(await read('link', 'refs/heads/main'))).toBe('one\n')
      expect(await read('dir')).toMatchObject([{ name: 'a.txt', path: 'dir/a.txt', type: 'file' }])
      await expect(read('.github/gone.yml')).rejects.toMatchObject({ status: 404 })
      await expect(read('link', 'gone')).rejects.toMatchObject({ status: 404 })
    })

    it('answers a former name and an id alike, wherever the repository is now', async () => {
      standIn.renameRepository(repository, 'gadgets')

      const byFormerName = await octokit.rest.repos.get(at)
      const byId = await octokit.request('GET /repositories/{id}', { id: repository.id })
      const comment = await octokit.rest.issues.createComment({ ...at, issue_number: 1, body: 'still here' })

      expect([byFormerName.data.full_name, byId.data.full_name]).toEqual(['acme/gadgets', 'acme/gadgets'])
      expect(comment.data.issue_url).toContain('/acme/gadgets/')
    })

    it('refuses to change an archived repository', async () => {
      repository.archived = true

      expect((await octokit.rest.repos.get(at)).data.archived).toBe(true)
      await expect(octokit.rest.issues.createComment({ ...at, issue_number: 1, body: 'x' })).rejects.toMatchObject({
        status: 403,
      })
    })

    it('knows branches and commits, and that an empty repository has none', async () => {
      const branch = (await octokit.rest.repos.getBranch({ ...at, branch: 'main' })).data
      const commit = (await octokit.rest.repos.getCommit({ ...at, ref: 'main' })).data
      await standIn.createRepository({ name: 'empty' })

      expect(branch).toMatchObject({ name: 'main', protected: false, commit: { sha: commit.sha } })
      expect(
        (await octokit.rest.git.getTree({ ...at, tree_sha: commit.sha, recursive: '1' })).data.tree.map(
          ({ path }) => path,
        ),
      ).toContain('dir/a.txt')
      expect((await octokit.rest.repos.listBranches({ ...at, repo: 'empty' })).data).toEqual([])
      await expect(octokit.rest.repos.getBranch({ ...at, repo: 'empty', branch: 'main' })).rejects.toMatchObject({
        status: 404,
      })
    })
  })

  describe('issues', () => {
    const issue = { ...at, issue_number: 1 }

    it('sets labels, takes them off, and says 404 to one that is not set', async () => {
      await octokit.rest.issues.addLabels({ ...issue, labels: ['airlock', 'bug'] })

      const left = await octokit.rest.issues.removeLabel({ ...issue, name: 'airlock' })

      expect(left.data.map(({ name }) => name)).toEqual(['bug'])
      await expect(octokit.rest.issues.removeLabel({ ...issue, name: 'airlock' })).rejects.toMatchObject({
        status: 404,
      })
    })

    it('writes, edits and lists comments, page by page', async () => {
      for (const body of ['one', 'two', 'three']) await octokit.rest.issues.createComment({ ...issue, body })
      const second = repository.comments[1]
      await octokit.rest.issues.updateComment({ ...at, comment_id: second?.id ?? 0, body: 'second' })

      const first = await octokit.rest.issues.listComments({ ...issue, per_page: 2 })
      const all = await octokit.paginate(octokit.rest.issues.listComments, { ...issue, per_page: 2 })

      expect(first.headers.link).toMatch(/page=2>; rel="next".*page=2>; rel="last"/)
      expect(all.map(({ body, user }) => [body, user?.login])).toEqual([
        ['one', 'airlock[bot]'],
        ['second', 'airlock[bot]'],
        ['three', 'airlock[bot]'],
      ])
    })

    it('reacts once, however often it is asked', async () => {
      const { comment } = await standIn.comment(repository, 1, { body: '/airlock help', by: 'mona' })
      const react = () =>
        octokit.rest.reactions.createForIssueComment({ ...at, comment_id: comment.id, content: 'eyes' })

      const statuses = [(await react()).status, (await react()).status]
      await octokit.rest.reactions.createForIssue({ ...issue, content: 'rocket' })

      expect(statuses).toEqual([201, 200])
      expect(repository.reactions.map(({ content, subject }) => [content, subject.kind])).toEqual([
        ['eyes', 'comment'],
        ['rocket', 'issue'],
      ])
    })
  })

  it('creates a check run, completes it, and finds it by commit', async () => {
    const sha = (await octokit.rest.git.getRef({ ...at, ref: 'heads/main' })).data.object.sha
    const create = (head_sha: string) =>
      octokit.rest.checks.create({ ...at, name: 'Airlock', head_sha, status: 'in_progress' })
    const { id } = (await create(sha)).data

    await octokit.rest.checks.update({
      ...at,
      check_run_id: id,
      conclusion: 'success',
      output: { title: 't', summary: 's' },
    })

    const found = (await octokit.rest.checks.listForRef({ ...at, ref: 'main', check_name: 'Airlock' })).data.check_runs
    expect(found).toMatchObject([
      { id, status: 'completed', conclusion: 'success', output: { title: 't', summary: 's' } },
    ])
    await expect(create('0'.repeat(40))).rejects.toMatchObject({ status: 422 })
  })
})

function signJwt(claims: object, key: KeyLike): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), key).toString('base64url')}`
}
