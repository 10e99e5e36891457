import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCloneAccess } from '../../worker/github/clone-access.ts'
import { type MockGitHub, mockGitHub, never, requestOf } from './mock-github.ts'

let github: MockGitHub
beforeEach(() => {
  github = mockGitHub()
})
afterEach(() => github.verify())

const cloneAccess = (request = requestOf()) =>
  createCloneAccess({ tokens: github.tokens, gitUrl: 'https://ghe.example.com' })(request, never)

describe('access for a clone', () => {
  it('reads contents alone, names the repository as it is called now, and ends with its use', async () => {
    github.expectToken({ contents: 'read' })
    github.expectLocate({ name: 'renamed' })

    const access = await cloneAccess()
    await access.dispose()

    expect(access).toMatchObject({ url: 'https://ghe.example.com/octo/renamed.git', token: 'ghs_1' })
  })

  it('leaves no token behind where the repository cannot be found', async () => {
    github.expectToken({ contents: 'read' })
    github.expectLocate({ owner: { login: 'mallory' } })

    await expect(cloneAccess()).rejects.toMatchObject({ code: 'denied' })
  })

  it('is not had without an installation', async () => {
    await expect(cloneAccess(requestOf({ installationId: null }))).rejects.toMatchObject({ code: 'denied' })
  })
})
