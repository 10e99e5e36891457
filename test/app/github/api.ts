import { Octokit } from '@octokit/core'
import nock from 'nock'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { createGitHubClient, type PagingClient } from '../../../app/github/github-client.ts'

export const origin = 'https://api.github.com'

/** Nothing leaves the process; what was not expected fails, also where our code bears with it, and what was has to come. */
export function mockGitHub(): void {
  const unexpected: string[] = []
  const onUnexpected = ({ method, url }: Request) => void unexpected.push(`${method} ${url}`)
  beforeAll(() => {
    nock.disableNetConnect()
    nock.emitter.on('no match', onUnexpected)
  })
  afterEach(() => {
    const unused = nock.pendingMocks()
    nock.cleanAll()
    expect({ unused, unexpected: unexpected.splice(0) }).toEqual({ unused: [], unexpected: [] })
  })
  afterAll(() => {
    nock.emitter.off('no match', onUnexpected)
    nock.enableNetConnect()
    nock.restore()
  })
}

export function createClient(signal = new AbortController().signal): PagingClient {
  const octokit = new Octokit({ auth: 'ghs_test' })
  return createGitHubClient(octokit, signal)
}
