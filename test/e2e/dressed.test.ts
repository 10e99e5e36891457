import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gitText } from '../github/git/run-git.ts'
import type { Issue, Repository } from '../github/state/entities.ts'
import { expectKeptRules } from './expect-kept-rules.ts'
import { startWorld, type World } from './start-world.ts'

let world: World

beforeAll(async () => {
  world = await startWorld()
  await world.installation.startWorker({ AIRLOCK_CONCURRENCY: '4' })
}, 120_000)
afterAll(() => world[Symbol.asyncDispose]())

async function openIssue(repository: Repository, labels: readonly string[] = [], milestone?: number): Promise<Issue> {
  const spec = { by: 'ada', title: 'Sum is off by one', body: 'Mend it.', labels, ...(milestone ? { milestone } : {}) }
  return (await world.github.openIssue(repository, spec)).issue
}

async function label(repository: Repository, { number }: Issue) {
  const { delivery } = await world.github.label(repository, number, { by: 'ada', name: 'airlock' })
  const handled = await world.handled(delivery)
  if (handled.kind === 'enqueued') await world.ended(handled.jobId)
  return handled
}

async function say(repository: Repository, { number }: Issue, body: string) {
  const { delivery } = await world.github.comment(repository, number, { by: 'ada', body })
  const handled = await world.handled(delivery)
  if (handled.kind === 'enqueued') await world.ended(handled.jobId)
  return handled
}

const pullsOf = ({ issues }: Repository) => issues.filter(({ pull }) => pull !== undefined)

describe('a pull request of ours', () => {
  it('is titled as the repository titles its commits, sorted as its issue, and credits who asked', async () => {
    const repository = await world.createRepository({ name: 'habits' })
    for (const number of [1, 2, 3, 4, 5, 6]) {
      const files = { 'a.txt': `${number}\n` }
      await world.github.commit(repository, { branch: 'main', message: `feat(a): number ${number}`, files })
    }
    const issue = await openIssue(repository, ['bug', 'automerge'], 4)

    await label(repository, issue)

    const [pull] = pullsOf(repository)
    expect(pull?.title).toBe('fix: sum is off by one')
    expect(pull?.labels.map(({ name }) => name)).toEqual(['bug'])
    expect(pull?.milestone).toBe(4)
    const branch = pull?.pull?.headRef ?? ''
    const message = await gitText(repository.gitDir, ['log', '-1', '--format=%B', branch])
    expect(message).toMatch(/^fix: sum is off by one\n/)
    expect(message).toMatch(/\nCo-authored-by: ada <\d+\+ada@users\.noreply\.127\.0\.0\.1>\n*$/)
    expect(await gitText(repository.gitDir, ['log', '-1', '--format=%an', branch])).toBe('airlock[bot]')
  })

  it("has the repository's template for its text, with what is known under its headings", async () => {
    const repository = await world.createRepository({ name: 'template' })
    const template = [
      '<!-- Thank you! -->',
      '## Description',
      '## Related issue',
      '## How was this tested?',
      '## Checklist',
      '- [x] I read @acme/rules',
    ].join('\n\n')
    const files = { '.github/PULL_REQUEST_TEMPLATE.md': template }
    await world.github.commit(repository, { branch: 'main', message: 'A template', files })

    await label(repository, await openIssue(repository))

    const body = pullsOf(repository)[0]?.body ?? ''
    expect(body).toMatch(/^Closes #1\.\n/)
    expect(body).toContain(
      '## Related issue\n\n#1\n\n## How was this tested?\n\nThe agent does not say whether it ran tests',
    )
    expect(body).toContain('## Checklist\n\n- [ ] I read @ acme/rules')
    expect(body).not.toContain('Thank you')
    expect(body).toContain('### What was asked')
  })

  it('asks owners of its code for review beside the one who asked, and nobody whom the last rule does not name', async () => {
    const repository = await world.createRepository({ name: 'owned' })
    for (const login of ['bea', 'cyd']) world.github.addCollaborator(repository, login, 'write')
    const owners = '* @cyd\nfixed.txt @bea @ada @acme/core mail@example.com # @cyd\n'
    const files = { 'docs/CODEOWNERS': '* @cyd\n', '.github/CODEOWNERS': owners }
    await world.github.commit(repository, { branch: 'main', message: 'Owners', files })

    await label(repository, await openIssue(repository))

    const asked = pullsOf(repository)[0]?.pull?.requestedReviewers.map(({ login }) => login)
    expect(asked).toEqual(['ada', 'bea'])
  })

  it('is opened as well where GitHub refuses all of that', async () => {
    const repository = await world.createRepository({ name: 'refused' })
    const issue = await openIssue(repository, ['bug'], 4)
    for (const path of [/refused\/issues\/2\/labels/, /refused\/issues\/2$/, /refused\/pulls\/2\/requested/]) {
      world.github.failNext({ path, method: path.source.endsWith('$') ? 'PATCH' : 'POST' }, { status: 403 })
    }

    await label(repository, issue)

    expect(pullsOf(repository)).toMatchObject([{ title: 'Sum is off by one', labels: [], milestone: null }])
    expect(repository.comments.at(-1)?.body).toContain('**Done.**')
  })
})

describe('an issue that somebody works on already', () => {
  it('is asked about once more, with our pull request by its number; a word starts another one', async () => {
    const repository = await world.createRepository({ name: 'ours-open' })
    const issue = await openIssue(repository)
    await label(repository, issue)

    expect(await say(repository, issue, '/airlock mend it otherwise')).toMatchObject({ with: 'open-already' })
    const answer = repository.comments.at(-1)?.body ?? ''
    expect(answer).toContain('#2 Sum is off by one, by Airlock')
    expect(answer).toContain('`/airlock anyway TASK` here')
    expect(pullsOf(repository)).toHaveLength(1)

    expect(await say(repository, issue, '/airlock anyway mend it otherwise')).toMatchObject({ kind: 'enqueued' })
    expect(await say(repository, issue, '/airlock anyway')).toMatchObject({ kind: 'enqueued' })
    expect(pullsOf(repository).map(({ title }) => title)).toEqual([
      'Sum is off by one',
      'mend it otherwise',
      'Sum is off by one',
    ])
  })

  it('is asked about where a person says that they close it, and not where theirs is closed', async () => {
    const repository = await world.createRepository({ name: 'theirs-open' })
    const issue = await openIssue(repository)
    await world.github.commit(repository, { branch: 'mine', message: 'Mine', files: { 'mine.txt': 'x\n' } })
    const spec = { by: 'ada', title: '@everybody look', body: `Closes #${issue.number}`, head: 'mine', base: 'main' }
    const theirs = await world.github.openPullRequest(repository, spec)

    expect(await label(repository, issue)).toMatchObject({ kind: 'answered', with: 'open-already' })
    expect(repository.comments.at(-1)?.body).toContain('#2 @ everybody look')
    expect(repository.comments.at(-1)?.body).toContain('`/airlock anyway` here')

    await world.github.closeIssue(repository, theirs.issue.number, { by: 'ada' })
    expect(await say(repository, issue, '/airlock mend it')).toMatchObject({ kind: 'enqueued' })
    expect(pullsOf(repository)).toHaveLength(2)
  })
})

it('no token is left alive', async () => {
  await expect.poll(() => world.github.tokens.live(), { timeout: 30_000 }).toEqual([])
})

it('asks GitHub for nothing that it does not know', () => expectKeptRules(world.github))
