import nock from 'nock'
import { describe, expect, it } from 'vitest'
import { createIssueThread } from '../../../app/github/issue-thread.ts'
import type { TriggerEvent } from '../../../worker/contract/index.ts'
import { statusMarker } from '../../../worker/contract/index.ts'
import { commentEvent, labelEvent, reviewCommentEvent, reviewEvent } from '../triggers/make-event.ts'
import { createClient, mockGitHub, origin } from './api.ts'

mockGitHub()

const jobId = 'job1234567'
const issue = '/repos/octo/repo/issues/7'
const ours = { id: 5, body: `${statusMarker(jobId)}\ntext`, user: { login: 'airlock[bot]' } }
const others = (count: number) =>
  Array.from({ length: count }, (_, id) => ({ id, body: 'hello', user: { login: 'ada' } }))

function threadOf(event: TriggerEvent, check = async () => undefined) {
  const now = { owner: 'octo', name: 'repo' }
  return createIssueThread(createClient(), now, event, { fence: { check }, botLogin: async () => 'airlock[bot]' })
}

describe('an answer', () => {
  it('is found by its mark and by being ours, also on a later page', async () => {
    const query = { since: '2026-11-20T10:00:00Z', per_page: 100 }
    nock(origin)
      .get(`${issue}/comments`)
      .query({ ...query, page: 1 })
      .reply(200, others(100))
    nock(origin)
      .get(`${issue}/comments`)
      .query({ ...query, page: 2 })
      .reply(200, [...others(3), ours])

    expect(await threadOf(labelEvent()).findAnswer(jobId)).toBe(5)
  })

  it.each([
    ['nobody', []],
    ['somebody else', [{ ...ours, user: { login: 'eve' } }]],
    ['a deleted account', [{ ...ours, user: null }]],
    ['us, about another job', [{ ...ours, body: statusMarker('another123') }]],
    ['us, with the mark further down', [{ ...ours, body: `text\n${statusMarker(jobId)}` }]],
  ])('is not found where the mark is of %s', async (_whose, comments) => {
    nock(origin).get(`${issue}/comments`).query(true).reply(200, comments)

    expect(await threadOf(labelEvent()).findAnswer(jobId)).toBeNull()
  })

  it('is not looked for without end', async () => {
    const pages = nock(origin).get(`${issue}/comments`).query(true).times(10).reply(200, others(100))

    expect(await threadOf(labelEvent()).findAnswer(jobId)).toBeNull()
    expect(pages.isDone()).toBe(true)
  })

  it('is written and edited', async () => {
    nock(origin).post(`${issue}/comments`, { body: 'one' }).reply(201, { id: 5 })
    nock(origin).patch('/repos/octo/repo/issues/comments/5', { body: 'two' }).reply(200, { id: 5 })
    const thread = threadOf(labelEvent())

    await thread.edit(await thread.answer('one'), 'two')
  })
})

describe('an acknowledgement', () => {
  it('of a label goes to the issue', async () => {
    nock(origin).post(`${issue}/reactions`, { content: 'eyes' }).reply(201, {})

    await threadOf(labelEvent()).acknowledge()
  })

  it('of a command goes to its comment', async () => {
    nock(origin).post('/repos/octo/repo/issues/comments/55/reactions', { content: 'eyes' }).reply(200, {})

    await threadOf(commentEvent('/airlock fix it')).acknowledge()
  })

  it('of a comment on lines goes to that', async () => {
    nock(origin).post('/repos/octo/repo/pulls/comments/56/reactions', { content: 'eyes' }).reply(200, {})

    await threadOf(reviewCommentEvent('/airlock fix it')).acknowledge()
  })

  it('of a review is none: GitHub has no reactions to them', async () => {
    await threadOf(reviewEvent('/airlock fix it')).acknowledge()
  })
})

describe('an answer to a comment on lines', () => {
  const comments = '/repos/octo/repo/pulls/7/comments'

  it('is a reply to the comment that its thread began with, and edited there', async () => {
    nock(origin).post(`${comments}/50/replies`, { body: 'one' }).reply(201, { id: 5 })
    nock(origin).patch('/repos/octo/repo/pulls/comments/5', { body: 'two' }).reply(200, { id: 5 })
    const thread = threadOf(reviewCommentEvent('/airlock fix it'))

    await thread.edit(await thread.answer('one'), 'two')
  })

  it('is found among the review comments by its mark and by being ours', async () => {
    nock(origin)
      .get(comments)
      .query(true)
      .reply(200, [{ ...ours, id: 4, user: { login: 'eve' } }, ours])

    expect(await threadOf(reviewCommentEvent('/airlock fix it')).findAnswer(jobId)).toBe(5)
  })
})

describe('a label', () => {
  it.each([200, 404])('is taken off by its exact name, or was gone already: %i', async (status) => {
    nock(origin).delete(`${issue}/labels/airlock%3Acodex`).reply(status, [])

    await threadOf(labelEvent()).takeLabelOff('airlock:codex')
  })
})

describe('an attempt that was overtaken', () => {
  it('has no further effect', async () => {
    const overtaken = new Error('overtaken')
    const thread = threadOf(labelEvent(), () => Promise.reject(overtaken))

    const effects = [thread.acknowledge(), thread.answer('x'), thread.edit(1, 'x'), thread.takeLabelOff('x')]

    for (const effect of effects) await expect(effect).rejects.toBe(overtaken)
  })
})
