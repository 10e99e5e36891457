import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemResolver } from '../../worker/broker/egress/resolve-host.ts'
import { createOperatorPresets } from '../../worker/broker/presets.ts'
import { runCommand } from '../../worker/process/run-command.ts'
import { openWorld, type World } from './broker-world.ts'
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
  readonly run: (argv: readonly string[]) => Promise<string>
}

/** A broker with the forwarder in front, as inside a sandbox, and the variables that its session gives. */
async function openFront(egress: readonly string[]): Promise<Front> {
  const broker = await openWorld({
    egress,
    deps: {
      presets: async () =>
        createOperatorPresets({ npmRegistries: [registry], aptSources: [], pipIndexes: [], goProxy: null }),
      resolver: systemResolver,
    },
  })
  const forwarder = await startForwarder(broker.socketPath)
  const port = forwarder.port
  const proxy = Object.entries(broker.session.env).map(([name, value]) => [name, value.replace('3128', String(port))])
  return {
    broker,
    async run(argv) {
      const env = {
        ...ownEnv,
        npm_config_cache: join(folder, 'cache'),
        npm_config_fetch_retries: '0',
        ...Object.fromEntries(proxy),
      }
      return (await runCommand(argv, { env, cwd: folder, timeoutMs: 30_000 })).stdout.toString()
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
})
