import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultOperatorPolicy } from '../../app/repo-policy/operator/operator-policy.ts'
import { createRunnerRepositories } from '../../workflows/github/runner-repositories.ts'
import { readEvent } from '../../workflows/intake/read-event.ts'
import { takeAsk } from '../../workflows/intake/take-ask.ts'
import type { Issue, Repository } from '../github/state/entities.ts'
import { createLog } from '../github-worker/mock-github.ts'
import { repositoryWith } from './asked.ts'
import { granted, type Runner, startRunner } from './runner.ts'

let runner: Runner
let repository: Repository
/** An issue, and a pull request of a person's. */
let places: Readonly<Record<'issue' | 'pull', Issue>>

beforeAll(async () => {
  runner = await startRunner()
  const { github } = runner
  repository = await repositoryWith(runner, 'widget')
  const { issue } = await github.openIssue(repository, { by: 'ada', title: 'Mend it', body: 'It is broken.' })
  await github.commit(repository, { branch: 'feature', message: 'Begin', files: { 'b.txt': 'of the branch\n' } })
  const spec = { by: 'ada', title: 'A feature', body: '', head: 'feature', base: 'main' }
  places = { issue, pull: (await github.openPullRequest(repository, spec)).issue }
}, 60_000)
afterAll(() => runner[Symbol.asyncDispose]())

/** What one half of a run makes of a comment, with the rights that it has, and what is answered. */
async function take(half: 'work' | 'publish', number: number, body: string) {
  const { github, root } = runner
  const { delivery } = await github.comment(repository, number, { by: 'ada', body })
  const eventPath = join(root, 'event.json')
  const { installation: _, ...payload } = delivery.payload
  await writeFile(eventPath, JSON.stringify(payload))
  const at = { owner: repository.owner.login, repo: repository.name }
  const run = { id: 77, attempt: 1 }
  const step = {
    ...at,
    eventPath,
    eventName: delivery.event,
    run,
    temporary: root,
    actor: 'ada',
    triggeringActor: 'ada',
  }
  const read = await readEvent({ ...step, apiUrl: `${github.url}/api/v3`, serverUrl: github.url }, Date.now())
  const { installation } = repository
  if (read.kind === 'ignored' || installation === undefined) return { request: null, answer: '' }
  const minted = github.tokens.mint({ installation, repositories: [repository], permissions: granted[half] })
  const repositories = createRunnerRepositories({
    runner: { ...at, baseUrl: `${github.url}/api/v3`, token: minted.token },
    organisation: { policyToken: null, statedNone: true },
    ...{ payload: read.payload, answers: half === 'publish' },
  })
  const deps = { repositories, operatorPolicy: defaultOperatorPolicy, log: createLog(), now: Date.now }
  const before = repository.comments.length
  const { request } = await takeAsk(deps, read.event, AbortSignal.timeout(60_000))
  github.tokens.revoke(minted)
  const said = repository.comments.slice(before).map((comment) => comment.body)
  return { request, answer: said.join('\n') }
}

const needsApp = 'run on GitHub Actions without the App'

/** Every command that there is. */
const answered: readonly (readonly [string, 'issue' | 'pull', readonly string[]])[] = [
  ['', 'issue', ['What Airlock listens to', 'need the App']],
  ['help', 'issue', ['What Airlock listens to', 'need the App']],
  ['why', 'issue', ['.github/airlock.yml']],
  ['status', 'issue', [needsApp, 'the Actions tab shows what runs']],
  ['cancel', 'issue', [needsApp, 'cancel the run in the Actions tab']],
  ['retry', 'issue', [needsApp, 'write the task again']],
  ['continue add a test', 'issue', [needsApp, 'write what is to be done on its pull request']],
  ['approve 0123456789ab', 'issue', [needsApp, 'no change can be let out', 'write it again']],
  ['approve', 'issue', [needsApp, 'no change can be let out']],
  ['approve 0123456789ab now', 'issue', [needsApp, 'no change can be let out']],
  ['approve 0123456789ab', 'pull', [needsApp, 'CI runs when a person pushes a commit']],
  ['reject 0123456789ab', 'issue', [needsApp, 'there is nothing to delete']],
  ['rebase', 'issue', ['belongs on a pull request']],
  ['rebase', 'pull', ["is not Airlock's", 'Update branch']],
  ['aprove', 'issue', ['There is no command aprove', '/airlock approve']],
]

describe('a command in a repository alone on GitHub Actions', () => {
  it.each(answered)(
    '/airlock %s, on the %s, is answered by the half that may, and starts nothing',
    async (word, place, texts) => {
      const command = `/airlock ${word}`
      const { number } = places[place]
      expect(await take('work', number, command)).toEqual({ request: null, answer: '' })

      const { request, answer } = await take('publish', number, command)
      expect(request).toBe(null)
      for (const text of texts) expect(answer).toContain(text)
    },
  )

  it.each([
    ['mend it', 'issue', 'mend it'],
    ['anyway', 'issue', 'It is broken.'],
    ['mend it', 'pull', 'mend it'],
  ] as const)('control: /airlock %s, on the %s, is a job in both halves', async (word, place, task) => {
    for (const half of ['work', 'publish'] as const) {
      const { request } = await take(half, places[place].number, `/airlock ${word}`)
      expect(request?.task.text).toContain(task)
    }
  })
})
