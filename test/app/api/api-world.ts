import pino from 'pino'
import { expect } from 'vitest'
import { createApi } from '../../../app/api/create-api.ts'
import { createCallers } from '../../../app/api/create-callers.ts'
import { type ErrorAnswer, errorAnswerSchema, type JobAnswer, jobAnswerSchema } from '../../../app/api/schemas.ts'
import { createGitHubApp } from '../../../app/github/create-github-app.ts'
import { createReadRepositories } from '../../../app/github/read-repositories.ts'
import { createTokenOwners } from '../../../app/github/token-owners.ts'
import { defaultOperatorPolicy } from '../../../app/repo-policy/operator/operator-policy.ts'
import { createRest } from '../../../app/rest.ts'
import { createAppServer } from '../../../app/server.ts'
import { createAppJwtSigner } from '../../../worker/github/sign-app-jwt.ts'
import { type ApiTokens, createApiTokens } from '../../../worker/queue/api-tokens.ts'
import { createJobs } from '../../../worker/queue/enqueue.ts'
import { createPaceBook } from '../../../worker/queue/pace-book.ts'
import { createPolicyIssueBook } from '../../../worker/queue/policy-issue-book.ts'
import { createGitHubStandIn, type GitHubStandIn } from '../../github/stand-in.ts'
import type { Repository } from '../../github/state/entities.ts'
import { createMemoryVault } from '../../github-worker/memory-vault.ts'
import { startRedis, type TestRedis } from '../../queue/start-redis.ts'

/** The API as it runs, on a real Redis and the stand-in for GitHub. */
export interface ApiWorld extends AsyncDisposable {
  readonly url: string
  readonly github: GitHubStandIn
  readonly redis: TestRedis
  readonly tokens: ApiTokens
  /** What was logged, as text. */
  readonly logged: () => string
  /** Of `ada`, who may write in it. */
  readonly token: string
  readonly repository: Repository
  ask(body: unknown, more?: AskMore): Promise<Reply>
  send(path: string, init: RequestInit): Promise<Reply>
  /** Ids of all jobs that were written down. */
  jobs(): Promise<string[]>
  /** The request of a job as the queue has it. */
  request(jobId: string): Promise<unknown>
}

export interface AskMore {
  /** Null: none is sent. */
  readonly token?: string | null
  readonly key?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

const entryKeys = 'airlock:ledger:jobs:entry:'
export const classic = { kind: 'classic', scopes: ['repo'] } as const

export async function startApiWorld(now: () => number = Date.now): Promise<ApiWorld> {
  await using stack = new AsyncDisposableStack()
  const github = stack.use(await createGitHubStandIn({ openapi: true }))
  const redis = stack.use(await startRedis())
  const lines: string[] = []
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
  const { id: appId, privateKey } = github.app
  const baseUrl = `${github.url}/api/v3`
  const signJwt = createAppJwtSigner(privateKey)
  const app = createGitHubApp({ appId, signJwt, baseUrl, vault: createMemoryVault(), log })
  const jobs = stack.use(createJobs(redis.redis))
  const tokens = createApiTokens(redis.redis, now)
  const api = createApi({
    callers: createCallers({ owners: createTokenOwners({ appId, baseUrl }), tokens }),
    repositories: createReadRepositories(app),
    ...{ jobs, known: jobs.known, threads: jobs.threads, log, now },
    pace: createPaceBook(redis.redis),
    webUrl: github.url,
    policyIssues: createPolicyIssueBook(redis.redis),
    operatorPolicy: defaultOperatorPolicy,
  })
  const server = createAppServer({
    webhookSecret: github.app.webhookSecret,
    intake: { accept: async () => 'accepted', acceptLife: async () => 'accepted' },
    pulls: { accept: async () => 'accepted' },
    rest: createRest({ api, checkReadiness: async () => [], log }),
    log,
  })
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 })
  stack.defer(() => server.close())
  const repository = await github.createRepository({ name: 'library', files: { 'README.md': 'hello\n' } })
  github.addCollaborator(repository, 'ada', 'write')
  const token = github.userToken('ada', classic)
  const url = `http://127.0.0.1:${port}`
  const owned = stack.move()

  async function send(path: string, init: RequestInit): Promise<Reply> {
    const response = await fetch(`${url}${path}`, { redirect: 'error', ...init })
    return { status: response.status, headers: response.headers, body: await response.json() }
  }

  return {
    ...{ url, github, redis, tokens, token, repository, send },
    logged: () => lines.join(''),
    ask: (body, { token: other = token, key, headers = {} } = {}) =>
      send('/api/jobs', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(other === null ? {} : { authorization: `Bearer ${other}` }),
          ...(key === undefined ? {} : { 'idempotency-key': key }),
          ...headers,
        },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    jobs: async () =>
      (await redis.redis.keys(`${entryKeys}*`)).map((found) => found.slice(entryKeys.length)).toSorted(),
    async request(jobId) {
      const body = await redis.redis.hget(`airlock:jobs:${jobId}`, 'data')
      return JSON.parse(JSON.parse(body ?? '{"body":"null"}').body)
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** The job in an answer, which has to be what is described. */
export function jobIn({ status, body }: Reply, expected = 202): JobAnswer {
  expect({ status, body }).toMatchObject({ status: expected })
  return jobAnswerSchema.parse(body)
}

export function errorIn({ status, body }: Reply, expected: number): ErrorAnswer['error'] {
  expect({ status, body }).toMatchObject({ status: expected })
  return errorAnswerSchema.parse(body).error
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
