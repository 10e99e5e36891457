import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrokerDeps } from '../../../worker/broker/create-broker-factory.ts'
import { runCommand } from '../../../worker/process/run-command.ts'
import { makeOrigin, writeTree } from '../../git/origin.ts'
import { serveGit } from '../../github/git/http-backend.ts'
import { connectToLoopback, listen, portOf, publicAddress } from '../broker-world.ts'
import { makeCertificate } from '../certificate.ts'
import { certificateFolder } from './certificate-folder.ts'

export const privateHosts = {
  npm: 'npm.acme.example',
  pypi: 'pypi.acme.example',
  git: 'git.acme.example',
  api: 'api.acme.example',
} as const

export interface PrivateHosts extends AsyncDisposable {
  /** What a broker needs to find these hosts, and to trust them. */
  readonly deps: Pick<BrokerDeps, 'resolver' | 'connect' | 'certificates'>
  /** `host method path authorization`, in order. */
  readonly asked: readonly string[]
}

/** A registry of npm, an index of Python, a server of git and one more, over TLS; each answers 401 without the token. */
export async function startPrivateHosts(token: string): Promise<PrivateHosts> {
  const folder = await mkdtemp(join(tmpdir(), 'airlock-private-'))
  const certificate = await makeCertificate(Object.values(privateHosts))
  const trust = await certificateFolder(certificate.cert)
  const packages = await makePackages(folder)
  const asked: string[] = []
  const basic = (user: string) => `Basic ${Buffer.from(`${user}:${token}`).toString('base64')}`
  const wanted: Readonly<Record<string, string>> = {
    [privateHosts.npm]: `Bearer ${token}`,
    [privateHosts.pypi]: basic('__token__'),
    [privateHosts.git]: basic('x-access-token'),
    [privateHosts.api]: `Bearer ${token}`,
  }
  const server = createServer(certificate, (request, response) => {
    const host = request.headers.host ?? ''
    asked.push(`${host} ${request.method} ${request.url} ${request.headers.authorization ?? '-'}`)
    if (request.headers.authorization !== wanted[host]) response.writeHead(401, { 'www-authenticate': 'Basic' }).end()
    else answer(host, packages, request, response)
  })
  const stop = await listen(server)
  return {
    asked,
    deps: {
      certificates: trust.path,
      resolver: async (name) => (name.endsWith('.acme.example') ? [publicAddress] : []),
      connect: connectToLoopback(portOf(server)),
    },
    async [Symbol.asyncDispose]() {
      await stop()
      await trust[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

interface Packages {
  readonly tarball: Buffer
  readonly wheel: Buffer
  readonly gitDir: string
}

function answer(host: string, packages: Packages, request: IncomingMessage, response: ServerResponse): void {
  const [path = '', query = ''] = (request.url ?? '').split('?')
  if (host === privateHosts.git) {
    const service = path.replace(/^\/acme\/tools\.git/, '')
    const rest = { protectedBranches: [], mayChangeWorkflows: false, signal: new AbortController().signal }
    void serveGit({ gitDir: packages.gitDir, service, query, ...rest }, request, response)
    return
  }
  const answers: Readonly<Record<string, string | Buffer>> = {
    [`${privateHosts.npm}/acme-tools`]: JSON.stringify({
      name: 'acme-tools',
      'dist-tags': { latest: '1.0.0' },
      versions: {
        '1.0.0': {
          name: 'acme-tools',
          version: '1.0.0',
          dist: { tarball: `https://${privateHosts.npm}/acme-tools/-/acme-tools-1.0.0.tgz` },
        },
      },
    }),
    [`${privateHosts.npm}/acme-tools/-/acme-tools-1.0.0.tgz`]: packages.tarball,
    [`${privateHosts.pypi}/simple/acme-tools/`]: `<a href="/files/${wheelName}">${wheelName}</a>`,
    [`${privateHosts.pypi}/files/${wheelName}`]: packages.wheel,
    [`${privateHosts.api}/hello`]: `hello from ${host}, you are ${request.headers.authorization}\n`,
  }
  const body = answers[`${host}${path}`]
  if (host === privateHosts.pypi && path.endsWith('/')) response.setHeader('content-type', 'text/html')
  response.writeHead(body === undefined ? 404 : 200).end(body ?? '')
}

const wheelName = 'acme_tools-1.0-py3-none-any.whl'
const wheelScript = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w') as wheel:
    wheel.writestr('acme_tools.py', 'hello = "from the wheel"\\n')
    wheel.writestr('acme_tools-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: acme-tools\\nVersion: 1.0\\n')
    wheel.writestr('acme_tools-1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    wheel.writestr('acme_tools-1.0.dist-info/RECORD', '')
`

async function makePackages(folder: string): Promise<Packages> {
  const env = { PATH: process.env.PATH ?? '' }
  await writeTree(folder, {
    'package/package.json': JSON.stringify({ name: 'acme-tools', version: '1.0.0', main: 'index.js' }),
    'package/index.js': 'module.exports = "from the tarball"\n',
  })
  const [tarball, wheel] = [join(folder, 'tools.tgz'), join(folder, wheelName)]
  await runCommand(['tar', '-czf', tarball, '-C', folder, 'package'], { env })
  await runCommand(['python3', '-c', wheelScript, wheel], { env })
  const origin = join(folder, 'tools')
  await mkdir(origin)
  await makeOrigin(origin, { 'README.md': 'from git\n' })
  return { tarball: await readFile(tarball), wheel: await readFile(wheel), gitDir: join(origin, '.git') }
}
