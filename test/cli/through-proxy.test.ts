import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import nodeFlags from '../../cli/node-flags.json' with { type: 'json' }
import { CommandError, runCommand } from '../../worker/process/run-command.ts'
import { airlockEntry, operatorEnvironment } from '../e2e/operator-environment.ts'
import { createGitHubStandIn, type GitHubStandIn } from '../github/stand-in.ts'
import { type ProxiedHost, startProxiedHost } from '../proxy/start-proxied-host.ts'

/** A GitHub Enterprise Server that only the proxy can find, with a certificate of its company's own. */
const host = 'ghe.example.test'

let stack: AsyncDisposableStack
let github: GitHubStandIn
let proxied: ProxiedHost
let env: Record<string, string>

beforeAll(async () => {
  stack = new AsyncDisposableStack()
  github = stack.use(await createGitHubStandIn({ openapi: true }))
  const folder = await mkdtemp(join(tmpdir(), 'airlock-proxied-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  proxied = stack.use(await startProxiedHost(host, github.url))
  env = {
    ...operatorEnvironment(github, folder),
    ...{ GHE_HOST: host, GHE_PROTOCOL: 'https', HTTPS_PROXY: proxied.proxyUrl },
    ...{ NODE_USE_ENV_PROXY: '1', NODE_EXTRA_CA_CERTS: proxied.caFile },
  }
})
afterAll(() => stack[Symbol.asyncDispose]())

async function check(changes: Record<string, string> = {}) {
  proxied.tunnels.splice(0)
  const argv = [process.execPath, ...nodeFlags, airlockEntry, 'install-check', '--json']
  try {
    const { stdout } = await runCommand(argv, { env: { ...env, ...changes } })
    return { stdout: stdout.toString(), stderr: '' }
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    return { stdout: '', stderr: error.stderr }
  }
}

it('reaches a GitHub Enterprise Server of a private authority through the proxy that the environment names', async () => {
  const { stdout, stderr } = await check()

  expect(stderr).toBe('')
  expect(JSON.parse(stdout).checks).toContainEqual(
    expect.objectContaining({ of: 'the webhook', what: 'secret', state: 'ok' }),
  )
  expect(new Set(proxied.tunnels.map(({ to }) => to))).toEqual(new Set([`${host}:443`]))
  expect(github.requests.every(({ path }) => path.startsWith('/'))).toBe(true)
  expect(github.unexpected).toEqual([])
})

it.each([
  ['without the authority', { NODE_EXTRA_CA_CERTS: '' }, 1],
  ['where NO_PROXY names it', { NO_PROXY: host }, 0],
])('does not %s', async (_what, changes, tunnelsWanted) => {
  const { stdout, stderr } = await check(changes)

  expect(stdout).toBe('')
  expect(stderr).toContain('GitHub could not be asked')
  expect(Math.min(proxied.tunnels.length, 1)).toBe(tunnelsWanted)
})
