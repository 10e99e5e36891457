import { generateKeyPairSync } from 'node:crypto'
import nock from 'nock'
import type { BaseLogger } from 'pino'
import { expect } from 'vitest'
import type { JobRequest } from '../../worker/contract/index.ts'
import { createInstallationTokens, type TokenPermissions } from '../../worker/github/installation-tokens.ts'
import type { Fence } from '../../worker/pipeline/ports/index.ts'
import { jobRequest } from '../queue/job-request.ts'
import { createMemoryVault } from './memory-vault.ts'

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
})

export const app = { appId: 99, privateKey, baseUrl: 'https://ghe.example.com/api/v3' }
export const repo = '/repos/octo/hello'
export const never = new AbortController().signal
export const openFence: Fence = { check: async () => undefined }

export interface Logged {
  readonly lines: { readonly fields: unknown; readonly message: string }[]
  readonly info: BaseLogger['info']
  readonly warn: BaseLogger['warn']
}

export function createLog(): Logged {
  const lines: Logged['lines'] = []
  const add = (fields: unknown, message = '') => void lines.push({ fields, message })
  return { lines, info: add, warn: add }
}

/** GitHub as nock plays it: what is asked and was not expected fails the test, and so does what was not asked. */
export interface MockGitHub {
  readonly api: nock.Scope
  readonly tokens: ReturnType<typeof createInstallationTokens>
  readonly vault: ReturnType<typeof createMemoryVault>
  readonly log: Logged
  /** One token for repository 7, with exactly these permissions, and its end. `repository`: as it is named with it. */
  expectToken(permissions: TokenPermissions, token?: string, repository?: object): void
  /** The look at where the repository is. */
  expectLocate(change?: object): void
  verify(): void
}

export function mockGitHub(): MockGitHub {
  nock.disableNetConnect()
  const api = nock(app.baseUrl)
  const log = createLog()
  const vault = createMemoryVault()
  const unexpected: string[] = []
  const onUnexpected = ({ method, url }: Request) => void unexpected.push(`${method} ${url}`)
  nock.emitter.on('no match', onUnexpected)
  return {
    api,
    tokens: createInstallationTokens({ ...app, vault, log }),
    vault,
    log,
    expectToken(permissions, token = 'ghs_1', repository = { id: 7 }) {
      api
        .post('/app/installations/11/access_tokens', { repository_ids: [7], permissions })
        .reply(201, { token, expires_at: '2030-01-01T00:00:00Z', permissions, repositories: [repository] })
      api.delete('/installation/token').matchHeader('authorization', `token ${token}`).reply(204)
    },
    expectLocate(change = {}) {
      const found = {
        id: 7,
        name: 'hello',
        owner: { login: 'octo' },
        archived: false,
        default_branch: 'main',
        ...change,
      }
      api.get('/installation/repositories?per_page=1').reply(200, { total_count: 1, repositories: [found] })
    },
    verify() {
      nock.emitter.off('no match', onUnexpected)
      const pending = nock.pendingMocks()
      nock.cleanAll()
      nock.enableNetConnect()
      expect({ unexpected, pending }).toEqual({ unexpected: [], pending: [] })
    },
  }
}

export function requestOf(change: Partial<JobRequest> = {}): JobRequest {
  return { ...jobRequest('Fix it.', 'job0000001'), ...change }
}
