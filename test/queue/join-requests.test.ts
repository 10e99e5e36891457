import { describe, expect, it } from 'vitest'
import { type JobRequest, jobRequestSchema } from '../../worker/contract/index.ts'
import { joinable, joinRequests } from '../../worker/queue/join-requests.ts'
import { jobRequest } from './job-request.ts'

const base = 'c'.repeat(40)
const quoted = 'This was asked on Pull request #9: Mend it\n\nIts text.'

function ask(words: string, at: number, changes: Partial<JobRequest> = {}): JobRequest {
  const request = jobRequest(`${words}\n\n${quoted}`)
  return {
    ...request,
    trigger: { ...request.trigger, receivedAt: `2026-11-20T12:00:0${at}Z` },
    task: { ...request.task, askedLength: words.length },
    continues: { pullRequest: 9, branch: 'airlock/issue-3-0123456789', commits: [] },
    ...changes,
  }
}

describe('joinRequests', () => {
  it('has all words in the order in which they were asked, and what they were asked on once', () => {
    const [one, two] = [ask('one', 1), ask('two', 2, { actor: { id: 6, login: 'bea' } })]

    const joined = joinRequests(two, [one], base)

    expect(joined.task.text).toBe(`one\n\nAlso, asked by bea:\n\ntwo\n\n${quoted}`)
    expect(joined.task.text.slice(0, joined.task.askedLength)).toBe('one\n\nAlso, asked by bea:\n\ntwo')
    expect(joined).toMatchObject({ id: two.id, base: { sha: base }, joined: [{ jobId: one.id, actor: one.actor }] })
    expect(joined.task.digest).not.toBe(two.task.digest)
    expect(jobRequestSchema.parse(joined)).toEqual(joined)
  })

  it('keeps lines of the diff that only one of them is on, among what is quoted', () => {
    const lines = 'The lines of comment 1, as the diff has them:\n| +x'
    const other = ask('two', 2)
    const withLines = { ...other, task: { ...other.task, text: `${other.task.text}\n\n${lines}` } }

    const { task } = joinRequests(ask('one', 1), [withLines], base)

    expect(task.text.slice(task.askedLength)).toBe(`\n\n${quoted}\n\n${lines}`)
  })

  it('of one alone is that one, on the base of now', () => {
    const one = ask('one', 1)

    expect(joinRequests(one, [], base)).toEqual({ ...one, base: { ...one.base, sha: base } })
  })
})

describe('joinable', () => {
  const first = ask('one', 1)

  it.each([
    ['with another agent', { agent: 'codex' }],
    ['under another policy', { policyDigest: 'd'.repeat(64) }],
    ['to merge the base branch', { merges: { ref: 'main', sha: base, from: base } }],
    ['for another branch', { continues: { pullRequest: 9, branch: 'airlock/other', commits: [] } }],
    ['for no pull request of ours', { continues: undefined }],
  ] as const)('leaves out what is asked %s', (_what, changes) => {
    const { continues, ...rest } = { ...ask('two', 2), ...changes }
    const other = continues === undefined ? rest : { ...rest, continues: { ...continues, commits: [] } }
    const control = ask('three', 3)

    expect(joinable(first, [first, other, control])).toEqual([control])
  })

  it('takes no more than a request can hold', () => {
    const long = [2, 3, 4, 5].map((at) => ask('x'.repeat(90_000), at))
    const many = Array.from({ length: 30 }, () => ask('two', 2))

    expect(jobRequestSchema.safeParse(joinRequests(first, joinable(first, long), base)).success).toBe(true)
    expect(joinable(first, long)).toHaveLength(2)
    expect(joinable(first, many)).toHaveLength(10)
  })
})
