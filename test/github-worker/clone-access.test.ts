import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCloneAccess } from '../../worker/github/clone-access.ts'
import { type MockGitHub, mockGitHub, never, requestOf } from './mock-github.ts'

let github: MockGitHub
beforeEach(() => {
  github = mockGitHub()
})
afterEach(() => github.verify())

const cloneAccess = (request = requestOf()) =>
  createCloneAccess({ tokens: github.tokens, gitUrl: 'https://ghe.example.com', network: {} })(request, never)

describe('access for a clone', () => {
  it('reads contents alone, names the repository as it is called now, and ends with its use', async () => {
    github.expectToken({ contents: 'read' })
    github.expectLocate({ name: 'renamed' })

    const access = await cloneAccess()
    await access.dispose()

    expect(access).toMatchObject({ url: 'https://ghe.example.com/octo/renamed.git', token: 'ghs_1' })
  })

  it('asks nothing more where GitHub names the repository together with the token', async () => {
    const repository = { id: 7, name: 'renamed', owner: { login: 'octo' }, archived: false, default_branch: 'main' }
    github.expectToken({ contents: 'read' }, 'ghs_1', repository)

    const access = await cloneAccess()
    await access.dispose()

    expect(access.url).toBe('https://ghe.example.com/octo/renamed.git')
  })

  it('holds an owner that came with the token against the request too', async () => {
    const repository = { id: 7, name: 'hello', owner: { login: 'mallory' }, archived: false, default_branch: 'main' }
    github.expectToken({ contents: 'read' }, 'ghs_1', repository)

    await expect(cloneAccess()).rejects.toMatchObject({ code: 'denied' })
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
