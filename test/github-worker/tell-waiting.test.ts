import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { statusMarker } from '../../worker/contract/index.ts'
import { createTellWaiting } from '../../worker/github/tell-waiting.ts'
import { FenceLostError } from '../../worker/pipeline/ports/index.ts'
import { type MockGitHub, mockGitHub, openFence, repo, requestOf } from './mock-github.ts'

const request = requestOf()
const marker = statusMarker(request.id)
const wait = { quota: 'the jobs at a time of octo, 2', until: null }
const ours = { id: 70, user: { login: 'airlock[bot]' }, body: `${marker}\nQueued.` }

let github: MockGitHub
beforeEach(() => {
  github = mockGitHub()
})
afterEach(() => github.verify())

function telling() {
  const wording = { waiting: () => `${marker}\nWaiting.` }
  return createTellWaiting({ tokens: github.tokens, botLogin: async () => 'airlock[bot]', log: github.log, wording })
}

function expectComments(): void {
  github.expectToken({ issues: 'write' })
  github.expectLocate()
  github.api.get(`${repo}/issues/3/comments`).query(true).reply(200, [ours])
}
const edit = () => github.api.patch(`${repo}/issues/comments/70`, { body: `${marker}\nWaiting.` })

describe('that a job waits for a quota', () => {
  it("is said in the job's comment, with a token that ends with it", async () => {
    expectComments()
    const edited = edit().reply(200, ours)

    await telling()(request, wait, openFence)

    expect(edited.isDone()).toBe(true)
  })

  it('is not written over what a job says that has begun meanwhile', async () => {
    expectComments()
    const begun = { check: () => Promise.reject(new FenceLostError('it has begun')) }

    await expect(telling()(request, wait, begun)).rejects.toThrow(FenceLostError)
  })

  it('is tried no more where GitHub refuses it', async () => {
    expectComments()
    edit().reply(403, { message: 'Resource not accessible by integration' })

    await expect(telling()(request, wait, openFence)).resolves.toBeUndefined()
  })

  it('asks GitHub for nothing where no issue asked', async () => {
    await telling()({ ...request, subject: null }, wait, openFence)

    expect(github.log.lines).toHaveLength(1)
  })
})
