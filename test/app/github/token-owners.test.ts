import nock from 'nock'
import { describe, expect, it } from 'vitest'
import { createTokenOwners } from '../../../app/github/token-owners.ts'
import { mockGitHub, origin } from './api.ts'

mockGitHub()

const ours = 7
const ownerOf = (token: string) =>
  createTokenOwners({ appId: ours, baseUrl: origin }).ownerOf(token, new AbortController().signal)
const page = (number: number, apps: readonly number[]) =>
  nock(origin)
    .get('/user/installations')
    .query({ per_page: 100, page: number })
    .reply(200, { installations: apps.map((app_id) => ({ app_id })) })
const others = Array.from({ length: 100 }, () => ours + 1)

describe('whose a user token of an App is', () => {
  it('is found where its person has more installations than a page has', async () => {
    nock(origin).get('/user').reply(200, { id: 1, login: 'ada', type: 'User' })
    page(1, others)
    page(2, [ours + 1, ours])

    expect(await ownerOf('ghu_ada')).toMatchObject({ login: 'ada' })
  })

  it('is nobody’s of ours where none of them is ours, however many another App may have made', async () => {
    nock(origin).get('/user').reply(200, { id: 1, login: 'ada', type: 'User' })
    for (let number = 1; number <= 10; number += 1) page(number, others)

    expect(await ownerOf('ghu_ada')).toBeNull()
  })

  it('is not known while GitHub asks to wait: that is no refused token', async () => {
    nock(origin)
      .get('/user')
      .reply(403, { documentation_url: 'https://docs.github.com/rest#about-secondary-rate-limits' })

    await expect(ownerOf('ghu_ada')).rejects.toMatchObject({ code: 'rate-limited', retryAfterMs: 60_000 })
  })
})
