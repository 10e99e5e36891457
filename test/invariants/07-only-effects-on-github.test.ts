import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gateNames } from '../../worker/contract/index.ts'
import { expectKeptRules } from '../e2e/expect-kept-rules.ts'
import { type Asked, startWorld, type World } from '../e2e/start-world.ts'
import { gitText } from '../github/git/run-git.ts'
import type { Repository } from '../github/state/entities.ts'
import { differences, factsOf } from './facts-of-github.ts'
import { createHostileRepository } from './hostile-repository.ts'

const provoking = '@acme/everyone fixes #1, closes acme/other#1 [skip ci] ![x](https://example.com/x.png) /airlock'
const body = `${provoking}\n\nCo-authored-by: Eve <eve@example.com>\n/airlock again\n`
/** The requests that change something, in GitHub's own words for them. */
const writes = [
  ...['POST /app/installations/{installation_id}/access_tokens', 'DELETE /installation/token'],
  ...['POST /repos/{owner}/{repo}/git/blobs', 'POST /repos/{owner}/{repo}/git/trees'],
  ...['POST /repos/{owner}/{repo}/git/commits', 'POST /repos/{owner}/{repo}/git/refs'],
  ...['POST /repos/{owner}/{repo}/pulls', 'POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers'],
  ...['POST /repos/{owner}/{repo}/issues/{issue_number}/comments'],
  ...['PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', 'POST /repos/{owner}/{repo}/check-runs'],
  ...['POST /repos/{owner}/{repo}/issues/{issue_number}/reactions'],
  ...['DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}'],
]

let world: World
let repository: Repository

beforeAll(async () => {
  world = await startWorld()
  const command = ['sh', 'tools/pose-as-git.sh', `${world.github.url}/acme/target.git`]
  repository = await createHostileRepository(world, 'target', { agent: 'command', command })
  await createHostileRepository(world, 'other', {})
  repository.protectedBranches.add('main')
  const theirs = { message: 'theirs', files: { 'theirs.md': 'theirs\n' } }
  for (const branch of ['other', 'airlock/theirs']) await world.github.commit(repository, { branch, ...theirs })
  await gitText(repository.gitDir, ['tag', 'v1', 'main'])
  await world.installation.startWorker()
})
afterAll(() => world?.[Symbol.asyncDispose]())

async function ask(): Promise<Asked> {
  const { issue } = await world.github.openIssue(repository, { by: 'ada', title: provoking, body })
  const { delivery } = await world.github.label(repository, issue.number, { by: 'ada', name: 'airlock' })
  const { jobId } = await world.handled(delivery)
  return { repository, issue, jobId }
}

/** All that we wrote, to be read by people or by GitHub. */
async function textsOf(jobId: string): Promise<string> {
  const [pull] = repository.issues.filter((issue) => issue.pull !== undefined)
  const comments = repository.comments.filter(({ user }) => user.type === 'Bot')
  const checks = repository.checkRuns.map(({ output }) => JSON.stringify(output))
  const annotated = repository.checkRuns.flatMap(({ annotations }) =>
    annotations.flatMap(({ title, message }) => [title, message]),
  )
  const message = await gitText(repository.gitDir, ['log', '-1', '--format=%B', branchOf(jobId)])
  return [pull?.title, pull?.body, message, ...comments.map((comment) => comment.body), ...checks, ...annotated].join(
    '\n',
  )
}

const branchOf = (jobId: string, issue = 1) => `airlock/issue-${issue}-${jobId.slice(0, 10)}`

describe('7. the only effects on GitHub are a branch, its pull request and the status', () => {
  let jobId: string

  it('changes nothing else, whatever the agent did to its history and wrote into names', async () => {
    const before = await factsOf(world.github)
    const asked = await ask()
    jobId = asked.jobId
    await world.ended(jobId)

    expect(differences(before, await factsOf(world.github))).toEqual(
      [
        // What ada did. The label is off again.
        ...['issue 1', 'issue 1 labels', 'label airlock'],
        // The status.
        ...['comment of Bot on 1: ID', 'reaction of Bot to issue: ID', 'reaction of Bot to issue: ID'],
        ...['check ID', ...gateNames.map(() => 'check ID')],
        // The handoff; GitHub itself keeps a ref for each pull request.
        ...[`refs/heads/${branchOf(jobId)}`, 'pull request 2', 'pull request 2 labels', 'refs/pull/2/head'],
      ]
        .map((name) => `+ target ${name}`)
        .toSorted(),
    )
    expect(asked.issue.labels).toEqual([])
    expect(await gitText(repository.gitDir, ['log', '--format=%s', `main..${branchOf(jobId)}`])).not.toContain('\n')
  })

  it('hands over nothing that GitHub or a robot acts on, but the one closing word of its own', async () => {
    const texts = await textsOf(jobId)

    expect(texts).toContain('acme/everyone')
    expect(texts.match(/\b(close[sd]?|fix(e[sd])?|resolve[sd]?):?\s+[\w/]*#\d+/gi)).toEqual(['Closes #1'])
    expect(texts).not.toMatch(/(?<![\w`])@[a-z0-9]/i)
    expect(texts).not.toMatch(/\[(skip ci|ci skip|no ci)\]/i)
    expect(texts.match(/co-authored-by:.*/gi)).toEqual([
      expect.stringMatching(/^Co-authored-by: ada <\d+\+ada@users\.noreply\.127\.0\.0\.1>$/),
    ])
    expect(texts).not.toMatch(/!\[/)
    expect(texts).not.toMatch(/^\s*\/airlock/m)
  })

  it('control: those words are found in what ada wrote herself', () => {
    const text = `${repository.issues[0]?.title}\n${repository.issues[0]?.body}`

    for (const pattern of [/(?<![\w`])@[a-z0-9]/i, /\[skip ci\]/i, /co-authored-by:/i, /!\[/, /^\s*\/airlock/m]) {
      expect(text).toMatch(pattern)
    }
  })

  it('asked with tokens for this repository alone, each gone at the end, and only for such things', () => {
    const { requests, tokens } = world.github
    const asked = requests.filter(({ method, template }) => method !== 'GET' && template !== 'git')
    const changed = new Set(asked.map(({ method, template }) => `${method} ${template}`))

    expect([...changed].filter((request) => !writes.includes(request))).toEqual([])
    expect(changed.size).toBe(writes.length)
    expect(tokens.live()).toEqual([])
    expectKeptRules(world.github)
  })

  it("leaves a branch of its own name that is somebody else's as it is, and says so", async () => {
    const staged = world.github.hold({ method: 'POST', path: /\/git\/commits$/ }, 'after-effect')
    const asked = await ask()
    await staged.reached
    const branch = branchOf(asked.jobId, asked.issue.number)
    await world.github.commit(repository, { branch, message: 'theirs', files: { 'theirs.md': 'theirs\n' } })
    const before = await factsOf(world.github)
    staged.release()
    await world.ended(asked.jobId)

    const after = await factsOf(world.github)
    expect(differences(before, after)).toEqual([
      `+ target reaction of Bot to issue: ID`,
      expect.stringMatching(/^~ target comment of Bot/),
    ])
    expect(repository.comments.at(-1)?.body).toContain('**Failed.**')
  })

  it('adds one analysis of its own branch to code scanning where that was granted, and nothing else', async () => {
    world.github.grant({ security_events: 'write' })
    const before = await factsOf(world.github)
    const known = world.github.requests.length
    const asked = await ask()
    await world.ended(asked.jobId)

    const more = differences(before, await factsOf(world.github)).filter((name) => name.includes('analysis'))
    const asks = world.github.requests.slice(known).map(({ method, template }) => `${method} ${template}`)
    expect(more).toEqual([`+ target analysis of refs/heads/${branchOf(asked.jobId, asked.issue.number)}`])
    expect([...new Set(asks)].filter((request) => !/^GET |git$/.test(request) && !writes.includes(request))).toEqual([
      'POST /repos/{owner}/{repo}/code-scanning/sarifs',
    ])
  })

  it('adds one commit to its own branch where it is asked there again, and moves no other ref', async () => {
    const again = ['sh', '-c', `sh tools/pose-as-git.sh ${world.github.url}/acme/target.git; echo more > more.txt`]
    const files = { '.github/airlock.yml': JSON.stringify({ agent: 'command', command: again }) }
    await world.github.commit(repository, { branch: 'main', message: 'Another policy', files })
    const branch = branchOf(jobId)
    const before = await factsOf(world.github)
    const head = before.get(`target refs/heads/${branch}`)
    const known = world.github.requests.length
    const { delivery } = await world.github.comment(repository, 2, { by: 'ada', body: `/airlock ${provoking}` })
    const followUp = await world.handled(delivery)
    await world.ended(followUp.jobId)

    expect(differences(before, await factsOf(world.github))).toEqual(
      [
        // What ada did.
        '+ target comment of User on 2: ID',
        // The status.
        ...['+ target comment of Bot on 2: ID', ...Array(2).fill('+ target reaction of Bot to comment: ID')],
        ...['+ target check ID', ...gateNames.map(() => '+ target check ID')],
        // The handoff. The pull request is there already, and its text is people's.
        ...[`~ target refs/heads/${branch}`, '~ target refs/pull/2/head'],
        `+ target analysis of refs/heads/${branch}`,
      ].toSorted(),
    )
    expect(JSON.stringify(await gitText(repository.gitDir, ['rev-parse', `${branch}^`]))).toBe(head)
    expect(await gitText(repository.gitDir, ['diff', '--name-only', `${branch}^`, branch])).toBe('more.txt')
    const asks = world.github.requests.slice(known).map(({ method, template }) => `${method} ${template}`)
    const more = [
      'PATCH /repos/{owner}/{repo}/git/refs/{ref}',
      'POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions',
      'POST /repos/{owner}/{repo}/code-scanning/sarifs',
    ]
    expect(new Set(asks.filter((made) => !/^GET |git$/.test(made) && !writes.includes(made)))).toEqual(new Set(more))
    expectKeptRules(world.github)
  })
})
