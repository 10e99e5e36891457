import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UsageError } from '../../cli/command.ts'
import { tokens } from '../../cli/commands/tokens.ts'
import { apiTokenDigest } from '../../worker/contract/index.ts'
import { createApiTokens } from '../../worker/queue/api-tokens.ts'
import { operatorEnvironment } from '../e2e/operator-environment.ts'
import { createGitHubStandIn, type GitHubStandIn } from '../github/stand-in.ts'
import { startRedis, type TestRedis } from '../queue/start-redis.ts'
import { runInProcess } from './run-in-process.ts'

let github: GitHubStandIn
let redis: TestRedis
let dataDir: string

beforeAll(async () => {
  github = await createGitHubStandIn({ openapi: true })
  redis = await startRedis()
  dataDir = await mkdtemp(join(tmpdir(), 'airlock-tokens-'))
  github.addCollaborator(await github.createRepository({ name: 'widget', files: { a: 'b' } }), 'ada', 'write')
})
afterAll(async () => {
  await github[Symbol.asyncDispose]()
  await redis[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true, force: true })
})

const run = (...args: string[]) => {
  const env = { ...operatorEnvironment(github, dataDir), REDIS_URL: redis.server.url }
  return runInProcess(tokens, args, { env, cwd: dataDir })
}
const forAda = ['create', '--user', 'ada', '--repository']

describe('airlock tokens', () => {
  it('makes one that is shown once, lists it without anything to guess it by, and revokes it', async () => {
    const made = await run(...forAda, 'acme/widget', '--days', '3', '--note', 'nightly')

    const token = made.stdout.trim()
    expect(made).toMatchObject({ status: 0, stdout: expect.stringMatching(/^airlock_[A-Za-z0-9_-]{43}\n$/) })
    const entry = await createApiTokens(redis.redis).find(apiTokenDigest(token))
    expect(entry).toMatchObject({ user: { login: 'ada' }, repositories: [{ owner: 'acme', name: 'widget' }] })
    const { stdout } = await run('list')
    expect(stdout).toContain(`${entry?.id}  ada  acme/widget  until`)
    expect((await run('list', '--json')).stdout).not.toContain(entry?.digest)
    expect((await run('revoke', entry?.id ?? '')).status).toBe(0)
    expect((await run('list')).stdout).toBe('there is no token\n')
    expect((await run('revoke', entry?.id ?? '')).status).toBe(1)
  })

  it('makes none for somebody without a permission there, or where the App is not', async () => {
    const nobody = await run('create', '--user', 'eve', '--repository', 'acme/widget')
    const nowhere = await run(...forAda, 'acme/nowhere')

    expect(nobody).toMatchObject({ status: 1, stdout: '' })
    expect(nowhere).toMatchObject({ status: 1, stderr: expect.stringContaining('not installed on acme/nowhere') })
    expect(await createApiTokens(redis.redis).list()).toEqual([])
  })

  it.each([
    [[]],
    [['create']],
    [['create', '--user', 'helper[bot]', '--repository', 'acme/widget']],
    [['create', '--user', 'ada']],
    [[...forAda, 'widget']],
    [[...forAda, 'acme/widget', '--days', '366']],
    [['revoke']],
    [['list', '--user', 'ada']],
  ])('refuses %j with a call that would be right', async (args) => {
    await expect(run(...args)).rejects.toThrow(UsageError)
  })
})

it('has left no token of GitHub alive', () => {
  expect(github.tokens.live()).toEqual([])
  expect(github.unexpected).toEqual([])
})
