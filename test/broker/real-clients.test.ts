import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemResolver } from '../../worker/broker/egress/resolve-host.ts'
import { createOperatorPresets } from '../../worker/broker/presets.ts'
import { runCommand } from '../../worker/process/run-command.ts'
import { openWorld, type World } from './broker-world.ts'
import { noPackages } from './no-packages.ts'
import { startForwarder } from './start-forwarder.ts'

/** The machine's own variables, less every one that speaks of a proxy. */
const ownEnv = Object.fromEntries(
  Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !/proxy/i.test(entry[0]),
  ),
)
let registry: string
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'airlock-clients-'))
  const asked = await runCommand(['npm', 'config', 'get', 'registry'], { env: ownEnv, cwd: folder })
  registry = asked.stdout.toString().trim()
})
afterAll(() => rm(folder, { recursive: true, force: true }))

interface Front extends AsyncDisposable {
  readonly broker: World
  readonly run: (argv: readonly string[], cwd?: string) => Promise<string>
}

/** A broker with the forwarder in front, as inside a sandbox, and the variables that its session gives. */
async function openFront(egress: readonly string[]): Promise<Front> {
  const broker = await openWorld({
    egress,
    deps: {
      presets: async () => createOperatorPresets({ ...noPackages, npmRegistries: [registry] }),
      resolver: systemResolver,
    },
  })
  const forwarder = await startForwarder(broker.socketPath)
  const port = forwarder.port
  const proxy = Object.entries(broker.session.env).map(([name, value]) => [name, value.replace('3128', String(port))])
  return {
    broker,
    async run(argv, cwd = folder) {
      const env = {
        ...ownEnv,
        HOME: folder,
        npm_config_cache: join(folder, 'cache'),
        npm_config_fetch_retries: '0',
        ...Object.fromEntries(proxy),
      }
      return (await runCommand(argv, { env, cwd, timeoutMs: 60_000 })).stdout.toString()
    },
    async [Symbol.asyncDispose]() {
      await forwarder[Symbol.asyncDispose]()
      await broker[Symbol.asyncDispose]()
    },
  }
}

const npmView = ['npm', 'view', 'is-number', 'version', '--prefer-online']
const fetchIn = (url: string) => [
  'node',
  '-e',
  'fetch(process.argv[1]).then((r) => r.text()).then((t) => console.log(t.length), (e) => { console.error(e.cause?.message); process.exit(1) })',
  url,
]

describe('real clients', () => {
  it('npm gets through with the preset, and says 403 without', async () => {
    await using open = await openFront(['npm'])
    await using closed = await openFront([])

    const version = await open.run(npmView)
    const refused = closed.run(npmView)

    expect(version).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect(open.broker.decisions.map(({ allowed, host }) => [allowed, host])).toContainEqual([
      true,
      new URL(registry).hostname,
    ])
    await expect(refused).rejects.toMatchObject({ stderr: expect.stringMatching(/403|tunnel/i) })
    expect(closed.broker.dialled).toEqual([])
  })

  it('curl gets through with the preset, and shows the words of a refusal', async () => {
    await using open = await openFront(['npm'])
    await using closed = await openFront([])

    const found = await open.run(['curl', '-sS', '-o', '/dev/null', '-w', '%{http_code}', `${registry}is-number`])
    const refused = await closed.run(['curl', '-sS', 'http://evil.example/'])
    const cut = closed.run(['curl', '-sS', `${registry}is-number`])

    expect(found).toBe('200')
    expect(refused).toContain('Airlock refused the request to evil.example:80.')
    await expect(cut).rejects.toMatchObject({ stderr: expect.stringContaining('403') })
  })

  it('fetch in Node gets through with the preset', async () => {
    await using open = await openFront(['npm'])

    expect(Number(await open.run(fetchIn(`${registry}is-number/latest`)))).toBeGreaterThan(100)
  })

  it('yarn 1 gets through with the preset, by the addresses in its lockfile', async () => {
    const yarn = await programOf('yarn@1.22.22', 'yarn/bin/yarn.js')
    await using open = await openFront(['npm'])
    const project = await projectWith({ 'yarn.lock': classicLock(registry) })

    // For root its cache is a folder of the whole machine.
    const cache = ['--cache-folder', join(project, 'cache')]
    await open.run([...yarn, 'install', '--frozen-lockfile', '--ignore-scripts', ...cache], project)

    expect(await installed(project)).toBe('7.0.0')
    expect(hostsOf(open.broker)).toEqual([`true ${new URL(registry).hostname}`])
  })

  it('yarn 4 gets through with the preset, to the registry that the operator’s npm asks', async () => {
    const yarn = await programOf('@yarnpkg/cli-dist@4.18.1', '@yarnpkg/cli-dist/bin/yarn.js')
    await using open = await openFront(['npm'])
    const project = await projectWith({ 'yarn.lock': '', '.yarnrc.yml': 'nodeLinker: node-modules\n' })

    await open.run([...yarn, 'install', '--no-immutable'], project)
    await rm(join(project, 'node_modules'), { recursive: true })
    await open.run([...yarn, 'install', '--immutable', '--check-cache'], project)

    expect(await installed(project)).toBe('7.0.0')
    expect(hostsOf(open.broker)).toEqual([`true ${new URL(registry).hostname}`])
  })
})

/** Each once: a program may try again. */
function hostsOf({ decisions }: World): string[] {
  return [...new Set(decisions.map(({ allowed, host }) => `${allowed} ${host}`))]
}

/** One program from npm, pinned, with the machine's own npm. */
async function programOf(name: string, path: string): Promise<readonly string[]> {
  const prefix = await mkdtemp(join(folder, 'program-'))
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefix', prefix]
  await runCommand(['npm', 'install', ...options, name], { env: ownEnv, cwd: folder, timeoutMs: 60_000 })
  return ['node', join(prefix, 'node_modules', path)]
}

async function projectWith(files: Readonly<Record<string, string>>): Promise<string> {
  const project = await mkdtemp(join(folder, 'project-'))
  const manifest = { name: 'x', version: '1.0.0', dependencies: { 'is-number': '7.0.0' } }
  const all = { 'package.json': JSON.stringify(manifest), ...files }
  await Promise.all(Object.entries(all).map(([name, text]) => writeFile(join(project, name), text)))
  return project
}

function classicLock(from: string): string {
  return [
    '# yarn lockfile v1',
    '',
    'is-number@7.0.0:',
    '  version "7.0.0"',
    `  resolved "${from}is-number/-/is-number-7.0.0.tgz#7535345b896734d5f80c4d06c50955527a14f12b"`,
    '  integrity sha512-41Cifkg6e8TylSpdtTpeLVMqvSBEVzTttHvERD741+pnZ8ANv0004MRL43QKPDlK9cGvNp6NZWZUBlbGXYxxng==',
    '',
  ].join('\n')
}

async function installed(project: string): Promise<string> {
  return JSON.parse(await readFile(join(project, 'node_modules/is-number/package.json'), 'utf8')).version
}
