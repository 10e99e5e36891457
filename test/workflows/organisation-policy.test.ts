import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { organisationOf, readRunnerOrganisation } from '../../workflows/github/runner-organisation.ts'
import type { Repository } from '../github/state/entities.ts'
import { expectGood, labelled, repositoryWith } from './asked.ts'
import { granted, type Runner, startRunner } from './runner.ts'

const policy = 'agents: [claude]\n'

let runner: Runner
beforeAll(async () => {
  runner = await startRunner()
}, 60_000)
afterAll(() => runner[Symbol.asyncDispose]())

function tokenOf(...repositories: Repository[]): string {
  const [installation] = repositories.flatMap((repository) => repository.installation ?? [])
  if (installation === undefined) throw new Error('the stand-in has no installation there')
  return runner.github.tokens.mint({ installation, repositories, permissions: granted.work }).token
}

function read(repository: Repository, policyToken: string | null, statedNone = false) {
  const at = { owner: repository.owner.login, repo: repository.name }
  const baseUrl = `${runner.github.url}/api/v3`
  const run = { baseUrl, token: tokenOf(repository), ...at }
  return readRunnerOrganisation(organisationOf(run, { policyToken, statedNone }, AbortSignal.timeout(20_000)))
}

async function ownedBy(owner: string, ownerType: 'User' | 'Organization' = 'Organization') {
  return runner.github.createRepository({ name: 'widget', owner, ownerType, files: { 'a.txt': 'a\n' } })
}

describe("an organisation's policy, on a runner", () => {
  it('is not passed over because it is private: nothing starts where it cannot be known whether there is one', async () => {
    const repository = await ownedBy('hidden')
    await runner.github.createRepository({ name: '.github', owner: 'hidden', files: { 'airlock.yml': policy } })

    const { text, note } = await read(repository, null)

    expect(text).toMatchObject({ kind: 'unreadable', why: expect.stringContaining('policy-token') })
    expect(note).toBeNull()
  })

  it('is none where the workflow says so, and people are told that it was said', async () => {
    const { text, note } = await read(await ownedBy('bare'), null, true)
    expect(text).toEqual({ kind: 'none' })
    expect(note).toContain('the workflow says that there is none')
  })

  it('counts where it is public, whatever the workflow says of it', async () => {
    const repository = await ownedBy('open')
    await runner.github.createRepository({
      ...{ name: '.github', owner: 'open', private: false, files: { 'airlock.yml': policy } },
    })
    const { text, note } = await read(repository, null, true)
    expect(text).toEqual({ kind: 'text', text: policy })
    expect(note).toContain("open/.github has it, read with the run's own token")
  })

  it('is read from a private repository with the token for that', async () => {
    const repository = await ownedBy('closed')
    const files = { 'airlock.yml': policy }
    const kept = await runner.github.createRepository({ name: '.github-private', owner: 'closed', files })
    const { text, note } = await read(repository, tokenOf(kept))
    expect(text).toEqual({ kind: 'text', text: policy })
    expect(note).toContain('closed/.github-private has it, read with policy-token')
  })

  it('is known to be none where that token sees a repository without it', async () => {
    const repository = await ownedBy('empty')
    const kept = await runner.github.createRepository({ name: '.github', owner: 'empty', files: { 'a.md': 'a\n' } })
    expect(await read(repository, tokenOf(kept))).toMatchObject({ text: { kind: 'none' }, note: /empty\/\.github/ })
  })

  it('is in doubt with a token that sees neither repository, or that GitHub does not take', async () => {
    const repository = await ownedBy('blind')
    const blind = { text: { kind: 'unreadable', why: expect.stringContaining('reads neither') } }
    expect(await read(repository, tokenOf(repository), true)).toMatchObject(blind)
    await runner.github.createRepository({ name: '.github', owner: 'blind', files: { 'a.md': 'a\n' } })
    const refused = { text: { kind: 'unreadable', why: expect.stringContaining('does not take policy-token') } }
    expect(await read(repository, 'ghs_nothing', true)).toMatchObject(refused)
  })

  it('is none of a person, who is their own organisation', async () => {
    expect(await read(await ownedBy('ada', 'User'), null)).toEqual({ text: { kind: 'none' }, note: null })
  })

  it('is told of on the page of the run and in the pull request, and its token is masked', async () => {
    const repository = await repositoryWith(runner, 'widget')
    const kept = await runner.github.createRepository({ name: '.github', files: { 'a.md': 'a\n' } })
    const { delivery } = await labelled(runner, repository)
    const refusedRun = await runner.run('work', { repository, delivery, inputs: { organisation_policy: 'required' } })
    expect(refusedRun.outputs).toEqual({ handover: 'answer' })

    const policyToken = tokenOf(kept)
    const inputs = { organisation_policy: 'required', policy_token: policyToken }
    const worked = await runner.run('work', { repository, delivery, inputs })
    expectGood(worked)
    const more = { ...inputs, handover_digest: worked.outputs.handover ?? '', work_result: 'success' }
    expectGood(await runner.run('publish', { repository, delivery, inputs: more }))

    const told = 'Policy of acme: none, as policy-token reads acme/.github'
    expect(worked.summary.replaceAll('\\', '')).toContain(told)
    const [pull] = repository.issues.filter((one) => one.pull !== undefined)
    expect(pull?.body?.replaceAll('\\', '')).toContain(told)
    expect(worked.log.replaceAll(`::add-mask::${policyToken}`, '')).not.toContain(policyToken)
  }, 600_000)
})
