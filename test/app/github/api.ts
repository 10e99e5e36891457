import nock from 'nock'
import { Octokit } from 'octokit'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { createGitHubClient, type GitHubClient } from '../../../app/github/github-client.ts'

export const origin = 'https://api.github.com'

/** Nothing leaves the process; what was not expected fails, and what was expected has to come. */
export function mockGitHub(): void {
  beforeAll(() => {
    nock.disableNetConnect()
  })
  afterEach(() => {
    const unused = nock.pendingMocks()
    nock.cleanAll()
    expect(unused).toEqual([])
  })
  afterAll(() => {
    nock.enableNetConnect()
    nock.restore()
  })
}

export function createClient(signal = new AbortController().signal): GitHubClient {
  const octokit = new Octokit({ auth: 'ghs_test', retry: { enabled: false }, throttle: { enabled: false } })
  return createGitHubClient(octokit, signal)
}
