import pino from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createGitHubApp } from '../../../app/github/create-github-app.ts'
import { createOfferedChanges } from '../../../app/github/offered-changes.ts'
import { checkPolicyChange } from '../../../app/intake/check-policy-change.ts'
import { defaultOperatorPolicy } from '../../../app/repo-policy/operator/operator-policy.ts'
import { createAppServer, webhookPath } from '../../../app/server.ts'
import type { PullEvent } from '../../../worker/contract/index.ts'
import { createAppJwtSigner } from '../../../worker/github/sign-app-jwt.ts'
import { createGitHubStandIn, type GitHubStandIn } from '../../github/stand-in.ts'
import type { Repository } from '../../github/state/entities.ts'
import { createMemoryVault } from '../../github-worker/memory-vault.ts'
import { nothingElse } from '../webhooks/start-app.ts'
import { attempt } from './fake-repository.ts'

const log = pino({ level: 'silent' })
const own = '.github/airlock.yml'

let github: GitHubStandIn
let resources: AsyncDisposableStack
let offered: PullEvent[]

beforeEach(async () => {
  resources = new AsyncDisposableStack()
  github = resources.use(await createGitHubStandIn({ openapi: true }))
  offered = []
  const server = createAppServer({
    webhookSecret: github.app.webhookSecret,
    intake: {
      accept: () => expect.unreachable('a pull request asks for no job'),
      acceptLife: () => expect.unreachable('a pull request is no event of an organisation'),
    },
    pulls: {
      async accept(event) {
        offered.push(event)
        return 'accepted'
      },
    },
    rest: nothingElse,
    log,
  })
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 })
  resources.defer(() => server.close())
  github.deliverTo(`http://127.0.0.1:${port}${webhookPath}`)
})

afterEach(async () => {
  expect(github.unexpected).toEqual([])
  expect(github.failures).toEqual([])
  expect(github.requests.flatMap((request) => request.violations)).toEqual([])
  expect(github.tokens.live()).toEqual([])
  await resources.disposeAsync()
})

async function checkAll() {
  const { id: appId, privateKey } = github.app
  const signJwt = createAppJwtSigner(privateKey)
  const app = createGitHubApp({ appId, signJwt, baseUrl: `${github.url}/api/v3`, vault: createMemoryVault(), log })
  const deps = { changes: createOfferedChanges(app, appId), operatorPolicy: defaultOperatorPolicy, log }
  for (const event of offered) await checkPolicyChange(deps, event, attempt)
}

const create = (name: string, files: Record<string, string>) =>
  github.createRepository({ name, files: { 'README.md': 'hello\n', ...files } })

async function offer(repository: Repository, files: Record<string, string>, by = 'eve', base = 'main') {
  const head = await github.commit(repository, { branch: `change-${offered.length}`, message: 'x', files })
  await github.openPullRequest(repository, { by, title: 'x', body: '', head: `change-${offered.length}`, base })
  return head
}

describe('a pull request that changes the policy', () => {
  it('gets a check run that says what becomes wider and narrower, with lines', async () => {
    const repository = await create('widget', { [own]: 'limits: { minutes: 10, cpus: 4 }\n' })
    const head = await offer(repository, { [own]: 'limits:\n  minutes: 20\n  cpus: 1\n' })

    await checkAll()

    expect(repository.checkRuns).toMatchObject([
      {
        headSha: head,
        name: 'Airlock / policy',
        conclusion: 'neutral',
        output: {
          title: 'Valid: 1 wider, 1 narrower',
          summary: expect.stringContaining('| limits.minutes | 10 | 20 |'),
        },
        annotations: [
          { path: own, start_line: 2, annotation_level: 'warning' },
          { path: own, start_line: 3, annotation_level: 'notice' },
        ],
      },
    ])
  })

  it('gets the errors at their lines, and what the organisation does not allow', async () => {
    await create('.github', { 'airlock.yml': 'network: [npm]\n' })
    const repository = await create('widget', {})
    await offer(repository, { [own]: 'limits:\n  minuets: 20\n' })
    await offer(repository, { [own]: 'agent: pi\nnetwork: [pypi]\n' })

    await checkAll()

    expect(repository.checkRuns.map(({ conclusion, output }) => [conclusion, output.title])).toEqual([
      ['failure', "Can't be used: 1 problem"],
      ['failure', "Can't be used: 1 problem"],
    ])
    expect(repository.checkRuns.map(({ annotations }) => annotations)).toMatchObject([
      [{ start_line: 2, annotation_level: 'failure', title: 'limits.minuets', message: 'unknown key' }],
      [{ start_line: 2, message: expect.stringContaining('pypi is not allowed by airlock.yml of the organisation') }],
    ])
  })

  it('by a bot is checked too, and one of a fork, with what its head says', async () => {
    const repository = await create('widget', {})
    await offer(repository, { [own]: 'agent: pi\n' }, 'renovate[bot]')
    const fork = await github.createRepository({ name: 'widget', owner: 'eve', forkOf: repository, installed: false })
    await github.commit(fork, { branch: 'evil', message: 'x', files: { [own]: 'agnt: pi\n' } })
    await github.openPullRequest(repository, { by: 'eve', title: 'x', body: '', head: 'eve:evil', base: 'main' })

    await checkAll()

    expect(repository.checkRuns.map(({ conclusion }) => conclusion)).toEqual(['success', 'failure'])
  })

  it('in an organisation’s repository is told for each condition that has rules', async () => {
    const repository = await create('.github', {
      'airlock.yml': 'rules: [{ when: { topic: pay }, isolation: gvisor }]\n',
    })
    await offer(repository, { 'airlock.yml': 'limits: { minutes: 5 }\n' })

    await checkAll()

    const [run] = repository.checkRuns
    expect(run?.output.title).toBe('Valid: 1 wider, 1 narrower')
    expect(run?.output.summary).toContain('where {"topic":"pay"}')
    expect(run?.output.summary).toContain('| isolation | gvisor | process | **wider** |')
  })

  it('has one check run for each head, also when it is looked at twice', async () => {
    const repository = await create('widget', {})
    await offer(repository, { [own]: 'agent: pi\n' })

    await checkAll()
    await checkAll()
    expect(repository.checkRuns).toHaveLength(1)
    await github.commit(repository, { branch: 'change-0', message: 'y', files: { [own]: 'agent: codex\n' } })
    await github.pushToPullRequest(repository, 1, { by: 'eve' })
    await checkAll()

    expect(new Set(repository.checkRuns.map(({ headSha }) => headSha)).size).toBe(2)
  })

  it('does not get in by another base: what was for a side branch is checked when it is turned to the default one', async () => {
    const repository = await create('widget', { [own]: 'limits: { minutes: 10 }\n' })
    github.addCollaborator(repository, 'eve', 'write')
    await github.commit(repository, { branch: 'side', message: 'x', files: { 'n.txt': 'n\n' } })
    await offer(repository, { [own]: 'limits: { minutes: 20 }\n' }, 'eve', 'side')
    expect(offered).toEqual([])

    await github.retargetPullRequest(repository, 1, { by: 'eve', base: 'main' })
    await checkAll()
    expect(repository.checkRuns).toMatchObject([{ output: { title: 'Valid: 1 wider' } }])

    await github.retargetPullRequest(repository, 1, { by: 'eve', base: 'side' })
    expect(offered).toHaveLength(1)
    expect(offered[0]?.eventKey).toMatch(/:main$/)
  })

  it('breaks no table and calls nobody, whatever the file says', async () => {
    const repository = await create('widget', {})
    await offer(repository, { [own]: 'setup: { run: ["@acme/all | ![x](https://example.com/x.png) <img>"] }\n' })

    await checkAll()

    const [run] = repository.checkRuns
    expect(run?.output.summary).not.toMatch(/@acme|!\[x\]\(|<img>/)
  })
})

describe('what most pull requests cost', () => {
  it('is three requests where no policy is changed: a token, the list, and its end', async () => {
    const repository = await create('widget', { [own]: 'agent: pi\n' })
    await offer(repository, { 'a.txt': 'a\n', 'airlock.yml': 'not here: one\n' })

    await checkAll()

    expect(github.requests.map(({ template }) => template)).toEqual([
      '/app/installations/{installation_id}/access_tokens',
      '/repos/{owner}/{repo}/pulls/{pull_number}/files',
      '/installation/token',
    ])
    expect(github.tokens.minted).toMatchObject([
      { permissions: { metadata: 'read', contents: 'read', pull_requests: 'read', checks: 'write' } },
    ])
    expect(repository.checkRuns).toEqual([])
  })

  it('does not grow with the files: of a large one only the policy is compared', async () => {
    const files = Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`f${index}.txt`, 'x\n']))
    const repository = await create('widget', { [own]: 'agent: pi\n' })
    await offer(repository, files)
    await offer(repository, { ...files, [own]: 'agent: codex\n' })

    await checkAll()

    expect(github.requests.filter(({ template }) => template?.endsWith('/files'))).toEqual([])
    expect(repository.checkRuns).toHaveLength(1)
  })

  it('is nothing where it is not for the default branch: the policy of others does not count', async () => {
    const repository = await create('widget', {})
    await github.commit(repository, { branch: 'next', message: 'x', files: { 'n.txt': 'n\n' } })
    await offer(repository, { [own]: 'agent: pi\n' }, 'eve', 'next')

    expect(offered).toEqual([])
  })

  it('is not less where a list is longer than the event says: the policy is not hidden behind other files', async () => {
    const files = Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`.a/${index}.txt`, 'x\n']))
    const repository = await create('widget', { [own]: 'agent: pi\n' })
    await offer(repository, { ...files, [own]: 'agent: codex\n' })
    offered = offered.map((event) => ({ ...event, changedFiles: 1 }))

    await checkAll()

    expect(repository.checkRuns).toHaveLength(1)
  })
})
