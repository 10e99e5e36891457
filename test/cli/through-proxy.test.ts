import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer, request as forward } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import nodeFlags from '../../cli/node-flags.json' with { type: 'json' }
import { CommandError, runCommand } from '../../worker/process/run-command.ts'
import { makeCertificate } from '../broker/certificate.ts'
import { airlockEntry, operatorEnvironment } from '../e2e/operator-environment.ts'
import { createGitHubStandIn, type GitHubStandIn } from '../github/stand-in.ts'

/** A GitHub Enterprise Server that only the proxy can find, with a certificate of its company's own. */
const host = 'ghe.example.test'

let stack: AsyncDisposableStack
let github: GitHubStandIn
let env: Record<string, string>
let folder: string
const tunnels: string[] = []

beforeAll(async () => {
  stack = new AsyncDisposableStack()
  github = stack.use(await createGitHubStandIn({ openapi: true }))
  folder = await mkdtemp(join(tmpdir(), 'airlock-proxy-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const certificate = await makeCertificate([host])
  await writeFile(join(folder, 'ca.pem'), certificate.cert)

  const server = createTlsServer(certificate, (asked, answer) => {
    const { method, url, headers } = asked
    const onward = forward(new URL(url ?? '/', github.url), { method: method ?? 'GET', headers }, (answered) => {
      answer.writeHead(answered.statusCode ?? 500, answered.headers)
      answered.pipe(answer)
    })
    asked.pipe(onward)
  })
  const proxy = createHttpServer()
  proxy.on('connect', ({ url = '' }, client) => {
    tunnels.push(url)
    const upstream = connect(portOf(server), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n')
      upstream.pipe(client).on('error', () => upstream.destroy())
      client.pipe(upstream).on('error', () => client.destroy())
    })
  })
  for (const one of [server, proxy]) {
    one.listen(0, '127.0.0.1')
    await once(one, 'listening')
    stack.defer(() => {
      one.closeAllConnections()
      one.close()
    })
  }
  env = {
    ...operatorEnvironment(github, folder),
    ...{ GHE_HOST: host, GHE_PROTOCOL: 'https', HTTPS_PROXY: `http://127.0.0.1:${portOf(proxy)}` },
    ...{ NODE_USE_ENV_PROXY: '1', NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') },
  }
})
afterAll(() => stack[Symbol.asyncDispose]())

function portOf(server: { address(): AddressInfo | string | null }): number {
  const address = server.address()
  if (typeof address === 'object' && address !== null) return address.port
  throw new Error('it listens')
}

async function check(changes: Record<string, string> = {}) {
  tunnels.splice(0)
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
  expect(new Set(tunnels)).toEqual(new Set([`${host}:443`]))
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
  expect(Math.min(tunnels.length, 1)).toBe(tunnelsWanted)
})
