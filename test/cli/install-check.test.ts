import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { installCheck } from '../../cli/commands/install-check.ts'
import { operatorEnvironment } from '../e2e/operator-environment.ts'
import { createGitHubStandIn, type GitHubStandIn } from '../github/stand-in.ts'
import type { Repository } from '../github/state/entities.ts'
import { ensureLabel } from '../github/state/state.ts'
import { runInProcess } from './run-in-process.ts'

let github: GitHubStandIn
let dataDir: string
let widget: Repository

/** All is as it should be; each test changes one thing. */
beforeEach(async () => {
  github = await createGitHubStandIn({ openapi: true })
  dataDir = await mkdtemp(join(tmpdir(), 'airlock-install-'))
  const files = { '.github/airlock.yml': 'approvals: { own: false }\n' }
  widget = await github.createRepository({ name: 'widget', files, protectedBranches: ['main'] })
  widget.ruledApprovals = 1
  ensureLabel(github.state, widget, 'airlock')
})
afterEach(async () => {
  expect(github.unexpected).toEqual([])
  expect(github.tokens.live()).toEqual([])
  await github[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true, force: true })
})

const run = (...args: string[]) =>
  runInProcess(installCheck, args, { env: operatorEnvironment(github, dataDir), cwd: dataDir })

async function checks(...args: string[]) {
  const { status, stdout } = await run(...args, '--json')
  const { checks: all }: { checks: { of: string; what: string; state: string; found: string; mend: string | null }[] } =
    JSON.parse(stdout)
  return { status, all, bad: all.filter(({ state }) => state === 'missing' || state === 'unwise') }
}

describe('airlock install-check', () => {
  it('finds nothing where all is as it should be, and says what it may not read', async () => {
    const { status, bad, all } = await checks('acme/widget')

    expect({ status, bad }).toEqual({ status: 0, bad: [] })
    expect(all.filter(({ state }) => state === 'unreadable')).toEqual([
      expect.objectContaining({ what: "organisation's policy", found: expect.stringMatching(/^neither .github nor /) }),
      expect.objectContaining({ what: 'workflow token', found: "not readable with the App's permissions" }),
    ])
    const { stdout } = await run('acme/widget')
    expect(stdout).toMatch(/^ok +acme\/widget +default branch +protected$/m)
    expect(stdout).toMatch(/0 missing, 0 unwise, 2 not readable\n$/)
  })

  it.each<[string, () => unknown, object]>([
    [
      'a permission',
      () => {
        github.app.permissions = { ...github.app.permissions, checks: 'read' }
      },
      { of: 'the App', what: 'permission checks', state: 'missing', found: 'read' },
    ],
    [
      'a permission too much',
      () => github.grant({ workflows: 'write' }),
      { of: 'the App', what: 'permission workflows', state: 'unwise' },
    ],
    [
      'an event',
      () => {
        github.app.events = github.app.events.filter((event) => event !== 'repository')
      },
      { of: 'acme', what: 'event repository', state: 'missing' },
    ],
    [
      'the webhook without a secret',
      () => Object.assign(github.app.hook, { hasSecret: false }),
      { what: 'secret', state: 'missing' },
    ],
    [
      'the webhook without TLS',
      () => Object.assign(github.app.hook, { insecureSsl: '1' }),
      { what: 'TLS', state: 'unwise' },
    ],
    [
      'the webhook elsewhere',
      () => Object.assign(github.app.hook, { url: 'https://example.com/' }),
      { what: 'address', state: 'missing', found: 'https://example.com/' },
    ],
    ['a suspended installation', () => github.suspend(true), { of: 'acme', what: 'installation', state: 'missing' }],
    [
      'a branch that anybody pushes to',
      () => {
        widget.protectedBranches.clear()
        widget.ruledApprovals = undefined
      },
      { what: 'default branch', state: 'unwise', found: 'not protected' },
    ],
    [
      'a ruleset without approvals, where the protection cannot be read',
      () => Object.assign(widget, { ruledApprovals: 0 }),
      { what: 'approvals to merge', state: 'unreadable' },
    ],
    ['no label', () => void widget.labels.splice(0), { what: 'label airlock', state: 'missing' }],
    [
      'issues off',
      () => Object.assign(widget, { hasIssues: false }),
      { what: 'label airlock', state: 'missing', found: 'issues are off' },
    ],
    ['an archived repository', () => Object.assign(widget, { archived: true }), { what: 'archived', state: 'missing' }],
    [
      'a workflow token that writes, once it may be read',
      () => {
        github.grant({ administration: 'read' })
        widget.workflows.level = 'write'
      },
      { what: 'workflow token', state: 'unwise', found: 'write' },
    ],
  ])('names %s, and how to mend it', async (_what, change, expected) => {
    change()

    const { all } = await checks('acme/widget')

    expect(all).toContainEqual(expect.objectContaining({ ...expected, mend: expect.stringMatching(/.{10}/) }))
  })

  it('tells a policy that cannot be used, and approvals of whoever asked', async () => {
    const [message, branch] = ['Change', 'main']
    await github.commit(widget, { message, branch, files: { '.github/airlock.yml': 'limits: { minuets: 1 }\n' } })
    expect((await checks('acme/widget')).bad).toMatchObject([{ what: 'policy', found: expect.stringContaining(':1') }])

    await github.commit(widget, { message, branch, files: { '.github/airlock.yml': 'agent: pi\n' } })
    expect((await checks('acme/widget')).bad).toMatchObject([{ what: 'who may approve', state: 'unwise' }])
  })

  it('counts webhooks that nobody took, and knows a wrong secret by its answer', async () => {
    await github.openIssue(widget, { by: 'ada', title: 'Mend it' })

    const { status, bad } = await checks()

    expect(status).toBe(1)
    expect(bad).toMatchObject([{ what: 'deliveries', found: '1 of the last 1 missed' }])
  })

  it('looks at every repository of an account, and says where the App is not installed', async () => {
    await github.createRepository({ name: 'bare', files: { 'README.md': 'x' } })

    expect((await checks('acme')).bad.every(({ of }) => of === 'acme/bare')).toBe(true)
    expect((await checks('acme/nowhere')).bad).toMatchObject([{ of: 'acme/nowhere', what: 'installation' }])
    expect((await checks('nobody')).bad).toMatchObject([{ of: 'nobody', what: 'installation' }])
  })

  it('says of how many repositories it looked at none', async () => {
    for (let id = 1; id <= 52; id += 1) {
      github.state.repositories.push({ ...widget, id: widget.id + 1000 + id, name: `more-${id}` })
    }

    const { all } = await checks('acme')

    expect(all.filter(({ what }) => what === 'default branch')).toHaveLength(50)
    expect(all.at(-1)).toMatchObject({
      ...{ of: 'acme', what: 'repositories', state: 'unreadable' },
      ...{ found: expect.stringMatching(/^3 more were not looked at/), mend: expect.stringContaining('acme/more-') },
    })
  })

  it('fails with what GitHub said where it cannot be asked', async () => {
    github.failNext({ method: 'GET', path: '/app' }, { status: 503 })

    expect(await run()).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('could not be asked') })
  })

  it.each([['a/b/c'], ['acme/..'], ['acme', 'more'], ['--nothing']])('refuses %j as a wrong call', async (...args) => {
    await expect(run(...args)).rejects.toMatchObject({ name: 'UsageError' })
  })

  it('finds the permission missing that a policy with runs-on: actions needs, and only there', async () => {
    const sends = { '.github/airlock.yml': 'approvals: { own: false }\nruns-on: actions\n' }
    await github.commit(widget, { branch: 'main', message: 'x', files: sends })
    const missing = expect.objectContaining({ of: 'acme/widget', what: 'permission actions', state: 'missing' })
    expect((await checks('acme/widget')).bad).toEqual([missing])

    github.grant({ actions: 'write' })
    expect((await checks('acme/widget')).bad).toEqual([])
  })

  it.each([
    ['who may start', 'triggers: { teams: [platform] }'],
    ['a rule', 'rules: [{ when: { team: platform }, limits: { minutes: 5 } }]'],
  ])('finds the permission missing that a policy needs whose %s names a team, and only there', async (_, line) => {
    const files = { 'airlock.yml': `${line}\n` }
    await github.createRepository({ name: '.github', files })
    const missing = expect.objectContaining({ of: 'acme/widget', what: 'permission members', state: 'missing' })
    expect((await checks('acme/widget')).bad).toContainEqual(missing)

    github.grant({ members: 'read' })
    expect((await checks('acme/widget')).bad.filter(({ what }) => what === 'permission members')).toEqual([])
  })

  it("says whether the installation reaches a repository for the organisation's policy", async () => {
    const told = async () => (await checks('acme/widget')).all.find(({ what }) => what === "organisation's policy")
    expect(await told()).toMatchObject({ of: 'acme', state: 'unreadable', mend: expect.stringContaining('let the') })

    await github.createRepository({ name: '.github', files: { 'airlock.yml': '{}\n' } })
    expect(await told()).toMatchObject({ state: 'ok', found: 'looked for in .github' })
  })
})
