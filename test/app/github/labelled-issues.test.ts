import nock from 'nock'
import { expect, it } from 'vitest'
import type { GitHubApp } from '../../../app/github/create-github-app.ts'
import { createLabelledIssues } from '../../../app/github/labelled-issues.ts'
import { createClient, mockGitHub, origin } from './api.ts'

mockGitHub()

const signal = new AbortController().signal
const since = Date.parse('2026-11-20T00:00:00Z')
const set = (name: string, created_at: string, login = 'ada') => ({
  ...{ event: 'labeled', label: { name }, created_at, actor: { id: 5, login, type: 'User' } },
})
const issue = (number: number, updated_at: string, labels: readonly string[], more = {}) => ({
  ...{ number, updated_at, title: 'Mend it', body: 'It is broken.', milestone: null },
  ...{ labels: labels.map((name) => ({ name })), ...more },
})
const installation = (id: number, suspended_at: string | null = null) => ({
  ...{ id, suspended_at, account: { login: 'octo' }, permissions: {}, events: [] },
})

it('finds who set a label when, page by page, and nothing that was set before, on pull requests or where it is archived', async () => {
  const app = {
    asApp: createClient,
    revokeLeft: async () => undefined,
    async openClient(id: number, scope: object, permissions: object, stop: AbortSignal) {
      expect([id, scope, permissions]).toEqual([
        ...[9, { owner: 'labels:9', all: true }, { metadata: 'read', issues: 'read' }],
      ])
      return { ...createClient(stop), reaches: [], [Symbol.asyncDispose]: async () => undefined }
    },
  } satisfies Partial<GitHubApp>
  const repository = {
    id: 1,
    name: 'hello',
    owner: { login: 'octo' },
    private: true,
    archived: false,
    default_branch: 'main',
  }
  const [early, late] = ['2026-11-19T00:00:00Z', '2026-11-21T10:00:00Z']
  const dull = Array.from({ length: 100 }, (_, at) => issue(100 + at, late, []))
  const issues = [
    issue(7, late, ['airlock', 'bug']),
    issue(8, '2026-11-22T00:00:00Z', ['airlock']),
    issue(9, late, ['airlock'], { pull_request: {} }),
    issue(10, late, ['old']),
  ]
  nock(origin)
    .get('/app/installations')
    .query({ per_page: 100, page: 1 })
    .reply(200, [installation(8, early), installation(9)])
  nock(origin)
    .get('/installation/repositories')
    .query({ per_page: 100, page: 1 })
    .reply(200, { repositories: [repository, { ...repository, id: 2, name: 'archived', archived: true }] })
  for (const [page, found] of [dull, issues].entries()) {
    const query = { state: 'open', since: '2026-11-20T00:00:00.000Z', per_page: 100, page: page + 1 }
    nock(origin).get('/repos/octo/hello/issues').query(query).reply(200, found)
  }
  const events = [
    [7, [set('airlock', early, 'eve'), { event: 'closed' }, set('airlock', late)]],
    [8, [set('airlock', late)]],
    [10, [set('old', early)]],
  ] as const
  for (const [number, listed] of events) {
    nock(origin).get(`/repos/octo/hello/issues/${number}/events`).query({ per_page: 100, page: 1 }).reply(200, listed)
  }

  const labelOf = async () => 'airlock'
  const read = createLabelledIssues({ app, labelOf, now: () => since })
  const found = await Array.fromAsync(read(since, signal))

  expect(found.map(({ label, event }) => [label, event.eventKey, event.sender.login, event.changedSince])).toEqual([
    ['airlock', 'label:1:7:airlock:5:2026-11-21T10:00:00.000Z', 'ada', false],
    ['airlock', 'label:1:8:airlock:5:2026-11-21T10:00:00.000Z', 'ada', true],
  ])
  expect(found[0]?.event.subject).toMatchObject({
    number: 7,
    body: 'It is broken.',
    sorting: { labels: ['airlock', 'bug'] },
  })
})
