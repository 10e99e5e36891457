import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { gitNetwork } from '../../cli/wiring/git-network.ts'
import { prepareCertificates } from '../../cli/wiring/prepare-certificates.ts'
import { createSource, defaultSourceLimits } from '../../worker/git/create-source.ts'
import { type ProxiedHost, startProxiedHost } from '../proxy/start-proxied-host.ts'
import { type HttpBackend, startHttpBackend } from './http-backend.ts'
import { makeRequest } from './job-request.ts'
import { type Folder, makeFolder, makeOrigin } from './origin.ts'

const host = 'ghe.example.test'
const token = 'ghs_canary6ProxyNeverSees0123456789abcdef'
let folder: Folder
let backend: HttpBackend
let proxied: ProxiedHost
let sha: string

beforeEach(async () => {
  folder = await makeFolder()
  backend = await startHttpBackend(folder.path, token)
  proxied = await startProxiedHost(host, backend.origin)
  sha = await makeOrigin(join(folder.path, 'origin'), { 'a.txt': 'x\n' })
})

afterEach(async () => {
  await proxied[Symbol.asyncDispose]()
  await backend[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

/** As a worker does with this environment. */
async function clone(changes: Readonly<Record<string, string>> = {}): Promise<string> {
  const env = {
    ...{ NODE_USE_ENV_PROXY: '1', HTTPS_PROXY: proxied.proxyUrl, NODE_EXTRA_CA_CERTS: proxied.caFile },
    ...changes,
  }
  const network = gitNetwork(env, await prepareCertificates(folder.path, env))
  const source = createSource({
    dataDir: join(folder.path, 'data'),
    git: 'git',
    cloneAccess: async () => ({ url: `https://${host}/origin`, token, network, dispose: async () => undefined }),
    limits: defaultSourceLimits,
  })
  const workspace = join(folder.path, 'workspace')
  const paths = { workspace, repository: join(folder.path, 'repository.git'), owner: null }
  await source.materialise(makeRequest({ ref: 'main', sha }), paths, AbortSignal.timeout(60_000))
  return readFile(join(workspace, 'a.txt'), 'utf8')
}

async function argumentLists(): Promise<string> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const lists = processes.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''))
  return (await Promise.all(lists)).join('\n')
}

it('git comes to a host of a private authority through the proxy, which does not see the token', async () => {
  expect(await clone()).toBe('x\n')

  expect(new Set(proxied.tunnels.map(({ to }) => to))).toEqual(new Set([`${host}:443`]))
  expect(proxied.tunnels.filter(({ headers }) => headers.authorization !== undefined)).toEqual([])
  expect(backend.requests.length).toBeGreaterThan(0)
})

it('the password of the proxy is in no argument list while git runs', async () => {
  const release = Promise.withResolvers<void>()
  const arrived = backend.hold(release.promise)
  const running = clone()
  await arrived

  const lists = await argumentLists()
  release.resolve()
  await running

  expect(lists).toContain(`https://${host}/origin`)
  expect(lists).not.toContain(proxied.password)
})

it.each([
  ['where the proxy is not switched on', { NODE_USE_ENV_PROXY: '' }, 0],
  ['where NO_PROXY names the host', { NO_PROXY: host }, 0],
  ['without the authority', { NODE_EXTRA_CA_CERTS: '' }, 1],
])('control: git does not come there %s', async (_what, changes, tunnels) => {
  await expect(clone(changes)).rejects.toMatchObject({ code: 'unavailable' })

  expect(Math.min(proxied.tunnels.length, 1)).toBe(tunnels)
  expect(backend.requests).toEqual([])
})
