import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type PullEvent, QueueUnavailableError } from '../../../worker/contract/index.ts'
import {
  commented,
  labeled,
  now,
  opened,
  ownReviewed,
  pressed,
  pressedAll,
  pullLabeled,
  pullOpened,
  reviewCommented,
  reviewed,
} from './payloads.ts'
import { post, startApp } from './start-app.ts'

const examplesSchema = z.array(z.object({ name: z.string(), examples: z.array(z.record(z.string(), z.unknown())) }))
const examples = examplesSchema
  .parse(createRequire(import.meta.url)('@octokit/webhooks-examples'))
  .flatMap(({ name, examples }) => examples.map((payload) => ({ name, payload })))

function onLines(changes: object) {
  const payload = reviewCommented('/airlock fix it')
  return { ...payload, comment: { ...payload.comment, ...changes } }
}

describe('a verified delivery', () => {
  it('is one event when it comes a hundred times at once', async () => {
    await using app = await startApp({ now })
    const body = JSON.stringify(labeled)

    const answers = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const response = await post(app, 'issues', body)
        return [response.status, await response.text()].join(' ')
      }),
    )

    expect(app.accepted).toHaveLength(1)
    expect(answers.filter((answer) => answer.startsWith('202 accepted'))).toHaveLength(1)
    expect(answers.filter((answer) => answer.startsWith('202 duplicate'))).toHaveLength(99)
  })

  it('is in the log by its keys, without a word that somebody wrote', async () => {
    await using app = await startApp({ now })
    const words = 'a plan that is nobody else’s'
    const asked = commented(`/airlock ${words}`)
    const onIssue = { ...asked, issue: { ...asked.issue, title: words, body: words } }

    await post(app, 'issue_comment', JSON.stringify(onIssue))

    expect(app.accepted).toMatchObject([{ subject: { title: words, body: words } }])
    expect(app.log()).toContain('"eventKey":"comment:1:55"')
    expect(app.log()).not.toContain(words)
  })

  it('has the same key when the same label comes under another delivery, and another when it is set again', async () => {
    await using app = await startApp({ now })
    const again = { ...labeled, issue: { ...labeled.issue, updated_at: '2026-11-20T10:00:01Z' } }

    for (const payload of [labeled, labeled, again]) await post(app, 'issues', JSON.stringify(payload))

    expect(app.accepted.map((event) => event.eventKey)).toEqual([
      'label:1:7:airlock:42:2026-11-20T10:00:00.000Z',
      'label:1:7:airlock:42:2026-11-20T10:00:01.000Z',
    ])
  })

  it('carries a label on a pull request as one', async () => {
    await using app = await startApp({ now })

    await post(app, 'pull_request', JSON.stringify(pullLabeled))

    expect(app.accepted).toMatchObject([
      {
        ...{ kind: 'label', label: 'airlock', eventKey: 'label:1:9:airlock:42:2026-11-20T09:00:00.000Z' },
        subject: { kind: 'pull-request', number: 9, title: 'Mend the sum' },
      },
    ])
  })

  it('carries a comment as it was written, on an issue or a pull request', async () => {
    await using app = await startApp({ now })
    const payload = commented('/airlock fix it')
    const onPull = {
      ...payload,
      issue: { ...payload.issue, body: null, pull_request: { url: 'x' } },
      comment: { ...payload.comment, id: 56 },
    }

    for (const one of [payload, onPull]) await post(app, 'issue_comment', JSON.stringify(one))

    expect(app.accepted).toMatchObject([
      { kind: 'comment', comment: { id: 55, body: '/airlock fix it' }, subject: { kind: 'issue', number: 7 } },
      { kind: 'comment', comment: { id: 56 }, subject: { kind: 'pull-request', body: '' } },
    ])
  })

  it('carries a comment on lines of a diff with its place, and a reply with the thread that it is in', async () => {
    await using app = await startApp({ now })
    const payload = reviewCommented('/airlock fix it')
    const reply = { ...payload, comment: { ...payload.comment, id: 58, in_reply_to_id: 56, side: 'LEFT', line: null } }

    for (const one of [payload, payload, reply]) await post(app, 'pull_request_review_comment', JSON.stringify(one))

    const at = { path: 'src/sum.ts', lines: { first: 2, last: 4 }, side: 'after', hunk: '@@ -1 +1 @@\n-a\n+b' }
    expect(app.accepted).toMatchObject([
      { kind: 'review-comment', eventKey: 'review-comment:1:56', threadId: 56, at, subject: { number: 9 } },
      { eventKey: 'review-comment:1:58', threadId: 56, at: { ...at, lines: null, side: 'before' } },
    ])
  })

  it('carries the end of a hunk without end', async () => {
    await using app = await startApp({ now })
    const payload = reviewCommented('/airlock fix it')
    const long = { ...payload, comment: { ...payload.comment, diff_hunk: `${'x'.repeat(1_000_000)}the end` } }

    await post(app, 'pull_request_review_comment', JSON.stringify(long))

    expect(app.accepted).toMatchObject([{ at: { hunk: expect.stringMatching(/^x{1493}the end$/) } }])
  })

  it('carries a review that begins with a command', async () => {
    await using app = await startApp({ now })

    const payload = JSON.stringify(reviewed('/airlock fix it'))
    for (let turn = 0; turn < 2; turn += 1) await post(app, 'pull_request_review', payload)

    expect(app.accepted).toMatchObject([
      { kind: 'review', eventKey: 'review:1:57', comment: { id: 57, body: '/airlock fix it' } },
    ])
  })

  it('carries a review that asks for changes of what may be ours, also without a command', async () => {
    await using app = await startApp({ now })
    const payload = ownReviewed('Please mend this.')
    const approved = { ...payload, review: { ...payload.review, id: 58, state: 'approved' } }
    const person = { ...payload, pull_request: { ...payload.pull_request, user: { type: 'User' } } }

    for (const one of [payload, approved, person]) await post(app, 'pull_request_review', JSON.stringify(one))

    expect(app.accepted).toMatchObject([{ kind: 'review', eventKey: 'review:1:57', asksForChanges: true }])
  })

  it('carries a new issue whose text is a command, as that and nothing else', async () => {
    await using app = await startApp({ now })
    const payload = JSON.stringify(opened('/airlock fix it\n\n- at once'))

    for (let turn = 0; turn < 2; turn += 1) await post(app, 'issues', payload)

    expect(app.accepted).toMatchObject([
      {
        ...{ kind: 'opened', eventKey: 'opened:1:7', comment: { body: '/airlock fix it\n\n- at once' } },
        subject: { kind: 'issue', number: 7, title: 'Sum is off by one', body: '' },
      },
    ])
  })

  it('carries a new pull request whose text is a command, and still looks at its policy', async () => {
    const pulls: PullEvent[] = []
    const accept = async (event: PullEvent) => {
      pulls.push(event)
      return 'accepted' as const
    }
    await using app = await startApp({ now, pulls: { accept } })

    for (const body of ['/airlock add tests', 'Mends the sum.']) {
      await post(app, 'pull_request', JSON.stringify(pullOpened(body)))
    }

    expect(app.accepted).toMatchObject([
      {
        ...{ kind: 'opened', eventKey: 'opened:1:9', comment: { body: '/airlock add tests' } },
        subject: { kind: 'pull-request', number: 9, body: '' },
      },
    ])
    expect(pulls.map(({ number }) => number)).toEqual([9, 9])
  })

  it('carries a press on a check run with its job, also where the check run is older than what anybody wrote', async () => {
    await using app = await startApp({ now })
    const old = pressed('approve:0123456789ab')
    const updated_at = '2026-11-01T10:00:00Z'
    const late = { ...old, check_run: { ...old.check_run, check_suite: { updated_at } } }

    for (const one of [pressed(), late]) await post(app, 'check_run', JSON.stringify(one))

    const on = { kind: 'job', jobId: 'job0000001' }
    const common = { kind: 'click', appId: 7, on, sender: { login: 'ada' } }
    expect(app.accepted).toMatchObject([
      { ...common, pressed: { kind: 'again' } },
      { ...common, pressed: { kind: 'decision', verb: 'approve', hash: '0123456789ab' } },
    ])
  })

  it('carries a press on all checks of a commit, with the commit and no word of what they say', async () => {
    await using app = await startApp({ now })

    await post(app, 'check_suite', JSON.stringify(pressedAll))

    expect(app.accepted).toMatchObject([
      { kind: 'click', appId: 7, on: { kind: 'commit', sha: 'c'.repeat(40) }, pressed: { kind: 'again' } },
    ])
    expect(JSON.stringify(app.accepted)).not.toContain('forged')
  })

  it('carries each press once, also where a second one says the very same under a delivery of its own', async () => {
    await using app = await startApp({ now })
    const body = JSON.stringify(pressed())

    for (const guid of ['guid-1', 'guid-1', 'guid-2']) await post(app, 'check_run', body, { 'x-github-delivery': guid })

    expect(app.accepted.map(({ deliveryId }) => deliveryId)).toEqual(['guid-1', 'guid-2'])
    const [first, second] = app.accepted.map((event) => event.kind === 'click' && event.pressKey)
    expect(first).toBe(second)
  })

  it.each([
    ['a comment that is no command', 'issue_comment', commented('I agree.\n/airlock fix it')],
    ['an edited comment', 'issue_comment', { ...commented('/airlock fix it'), action: 'edited' }],
    ['a deleted comment', 'issue_comment', { ...commented('/airlock fix it'), action: 'deleted' }],
    ['a comment on lines that is no command', 'pull_request_review_comment', reviewCommented('Why?')],
    [
      'an edited comment on lines',
      'pull_request_review_comment',
      { ...reviewCommented('/airlock fix it'), action: 'edited' },
    ],
    ['a review without a command', 'pull_request_review', reviewed('Please mend this.')],
    ['a review without a summary', 'pull_request_review', reviewed(null)],
    ['an edited review', 'pull_request_review', { ...reviewed('/airlock fix it'), action: 'edited' }],
    ['a dismissed review', 'pull_request_review', { ...reviewed('/airlock fix it'), action: 'dismissed' }],
    [
      'a review of a bot',
      'pull_request_review',
      { ...reviewed('/airlock fix it'), sender: { id: 1, login: 'copilot[bot]', type: 'Bot' } },
    ],
    ['a new issue without a command', 'issues', opened('It fails.\n/airlock fix it')],
    ['an edited issue', 'issues', { ...opened('/airlock fix it'), action: 'edited' }],
    [
      'a new issue of a bot',
      'issues',
      { ...opened('/airlock fix it'), sender: { id: 42, login: 'a[bot]', type: 'Bot' } },
    ],
    [
      "a stranger's issue that somebody moved here",
      'issues',
      { ...opened('/airlock fix it'), sender: { id: 43, login: 'bea', type: 'User' } },
    ],
    ['a label taken away', 'issues', { ...labeled, action: 'unlabeled' }],
    ['a label taken from a pull request', 'pull_request', { ...pullLabeled, action: 'unlabeled' }],
    [
      "a bot's label on a pull request",
      'pull_request',
      { ...pullLabeled, sender: { id: 1, login: 'labeler[bot]', type: 'Bot' } },
    ],
    ['a webhook that is not of an installation', 'issues', { ...labeled, installation: undefined }],
    ['a bot', 'issues', { ...labeled, sender: { id: 1, login: 'renovate[bot]', type: 'Bot' } }],
    [
      'our own bot',
      'issue_comment',
      { ...commented('/airlock x y'), sender: { id: 1, login: 'airlock[bot]', type: 'Bot' } },
    ],
    ['a bot that is said to be a user', 'issues', { ...labeled, sender: { id: 1, login: 'a[bot]', type: 'User' } }],
    [
      'an event of 30 days ago',
      'issues',
      { ...labeled, issue: { ...labeled.issue, updated_at: '2026-10-21T10:00:00Z' } },
    ],
    ['a press of a bot', 'check_run', { ...pressed(), sender: { id: 1, login: 'auto[bot]', type: 'Bot' } }],
    [
      'a press on a check run that names no job',
      'check_run',
      { ...pressed(), check_run: { ...pressed().check_run, external_id: 'mine' } },
    ],
    ['a press on a button that is not ours', 'check_run', pressed('lgtm')],
    ['a press on a button for half a digest', 'check_run', pressed('approve:0123')],
    ['a commit that was pushed, for which GitHub wants checks', 'check_suite', { ...pressedAll, action: 'requested' }],
    ['a finished check run', 'check_run', { ...pressed(), action: 'completed' }],
    ['a push', 'push', { ref: 'refs/heads/main', installation: { id: 99 } }],
  ])('is acknowledged and starts nothing when it is %s', async (_what, event, payload) => {
    await using app = await startApp({ now })

    const response = await post(app, event, JSON.stringify(payload))

    expect(response.status).toBe(200)
    expect(await response.text()).toMatch(/^ignored: /)
    expect(app.accepted).toEqual([])
  })

  it('answers two apps that react to each other a hundred times with not one event', async () => {
    await using app = await startApp({ now })
    const bot = { id: 9, login: 'other[bot]', type: 'Bot' }

    for (let turn = 0; turn < 100; turn += 1) {
      const payload = { ...commented('/airlock again and again'), sender: bot }
      await post(app, 'issue_comment', JSON.stringify({ ...payload, comment: { ...payload.comment, id: turn + 1 } }))
    }

    expect(app.accepted).toEqual([])
  })

  it.each([
    ['an installation without a number', { ...labeled, installation: { id: 'x' } }],
    ['an owner that leads elsewhere', { ...labeled, repository: { ...labeled.repository, owner: { login: '../x' } } }],
    ['a title without end', { ...labeled, issue: { ...labeled.issue, title: 't'.repeat(1025) } }],
    ['a body without end', { ...labeled, issue: { ...labeled.issue, body: 'b'.repeat(130_001) } }],
    ['a label without end', { ...labeled, label: { name: 'l'.repeat(101) } }],
    ['a time that is none', { ...labeled, issue: { ...labeled.issue, updated_at: 'yesterday' } }],
    ['a path without end', onLines({ path: 'p'.repeat(4097) })],
    ['a line that is none', onLines({ line: -1 })],
    ['a review comment that is none', { ...reviewCommented(''), comment: null }],
  ])('is refused with %s, by the name of the field', async (_what, payload) => {
    await using app = await startApp({ now })
    const name = 'pull_request' in payload ? 'pull_request_review_comment' : 'issues'

    const response = await post(app, name, JSON.stringify(payload))

    expect(response.status).toBe(400)
    expect(await response.text()).toMatch(/^not as GitHub sends it: [a-z._]+/)
    expect(app.accepted).toEqual([])
  })

  it('is not acknowledged while the queue is away: GitHub is asked to send it again', async () => {
    const intake = {
      acceptLife: async () => 'accepted' as const,
      accept: async () => {
        throw new QueueUnavailableError('connection refused')
      },
    }
    await using app = await startApp({ now, intake })

    const response = await post(app, 'issues', JSON.stringify(labeled))

    expect(response.status).toBe(503)
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  it('is answered with 500 and without details where we have a bug', async () => {
    const intake = {
      acceptLife: async () => 'accepted' as const,
      accept: async () => {
        throw new Error('secret detail')
      },
    }
    await using app = await startApp({ now, intake })

    const response = await post(app, 'issues', JSON.stringify(labeled))

    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('secret detail')
  })

  it("answers GitHub's ping", async () => {
    await using app = await startApp({ now })

    const response = await post(app, 'ping', '{"zen":"Keep it logically awesome.","hook_id":1,"hook":{}}')

    expect([response.status, await response.text()]).toEqual([200, 'pong\n'])
  })
})

describe("GitHub's own example payloads", () => {
  it('are all answered with 2xx, and none crashes anything', async () => {
    await using app = await startApp({ now })

    const answers = await Promise.all(
      examples.map(async ({ name, payload }) => {
        const forInstallation = await post(app, name, JSON.stringify({ ...payload, installation: { id: 1 } }))
        const plain = await post(app, name, JSON.stringify(payload))
        return { name, statuses: [plain.status, forInstallation.status] }
      }),
    )

    expect(answers.length).toBeGreaterThan(150)
    expect(answers.filter(({ statuses }) => statuses.some((status) => status < 200 || status > 299))).toEqual([])
    expect((await post(app, 'issues', JSON.stringify(labeled))).status).toBe(202)
  })

  it('are refused under the name of another event, where either means something to us', async () => {
    await using app = await startApp({ now })
    const names = [...new Set(examples.map(({ name }) => name))]
    const onPulls = ['pull_request_review_comment', 'pull_request_review']
    const meaningful = ['issues', 'issue_comment', 'check_run', 'check_suite', ...onPulls, 'ping']

    const taken = await Promise.all(
      names.flatMap((wrong) =>
        meaningful.flatMap(async (right) => {
          const payload = examples.find(({ name }) => name === right)?.payload ?? {}
          const other = examples.find(({ name }) => name === wrong)?.payload ?? {}
          if (wrong === right) return []
          const statuses = [
            await post(app, wrong, JSON.stringify(payload)),
            await post(app, right, JSON.stringify(other)),
          ]
          return statuses.every(({ status }) => status === 400) ? [] : [[wrong, right]]
        }),
      ),
    )

    expect(taken.flat()).toEqual([])
    expect(app.accepted).toEqual([])
  })
})
