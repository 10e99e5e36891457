import { readdir, readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runCommand } from '../../worker/process/run-command.ts'
import { type ModelServer, startModel } from '../model/start-model.ts'
import { type HostSinks, openHostSinks } from './host-sinks.ts'
import { type LocalAirlock, type LocalEnd, startLocalAirlock } from './local-airlock.ts'
import { procFile } from './processes-of.ts'
import { runningProgram } from './running-program.ts'

const spellings = [
  ...['127.0.0.1', 'localhost', 'localhost.', '127.1', '2130706433', '0x7f000001', '017700000001', '0.0.0.0'],
  ...['[::1]', '[::ffff:127.0.0.1]', '[64:ff9b::7f00:1]', '①②⑦.⓪.⓪.①', '127.0.0.1.nip.io', hostname()],
]

const modelKey = 'the-real-key-of-the-operator'

let sinks: HostSinks
let model: ModelServer
let airlock: LocalAirlock
let ask: string

beforeAll(async () => {
  sinks = await openHostSinks()
  model = await startModel({ apiKey: modelKey, script: () => ({ text: 'so it is' }) })
  airlock = await startLocalAirlock({
    registry: `http://127.0.0.1:${sinks.places.tcpPort}/`,
    settings: { ANTHROPIC_API_KEY: modelKey, ANTHROPIC_BASE_URL: model.url },
  })
  ask = JSON.stringify({ ...sinks.places, spellings })
})
beforeEach(() => sinks.forget())
afterAll(async () => {
  await airlock?.[Symbol.asyncDispose]()
  await model?.[Symbol.asyncDispose]()
  await sinks?.[Symbol.asyncDispose]()
})

describe('1. the agent has no network device but loopback, and the broker as its only door', () => {
  it('lets nothing arrive anywhere on the host, whatever is tried', async () => {
    const end = await airlock.run({ command: ['node', 'tools/leave.ts', ask] })

    expect(await attemptsOf(end)).toBeGreaterThan(50)
    expect(sinks.received()).toBe('')
    expect(end.summary.report.egress.allowed).toEqual([])
    expect(end.summary.report.egress.denied).toContainEqual({
      host: '127.0.0.1',
      port: sinks.places.tcpPort,
      phase: 'agent',
      command: expect.stringContaining('tools/leave.ts'),
      count: expect.any(Number),
    })
    // By the kernel's own counters.
    expect(end.summary.report.network).toMatchObject([
      { phase: 'agent', devices: [{ name: 'lo' }], allowed: 0, model: 0 },
    ])
  })

  it('control: the same attempts arrive when nothing stands in their way', async () => {
    await runCommand([process.execPath, new URL('../fixtures/inside/leave.ts', import.meta.url).pathname, ask], {
      cwd: airlock.folders.root,
      env: {},
    })

    const direct = ['127.0.0.1', '0.0.0.0', ...sinks.places.addresses].flatMap((to) => [`tcp ${to}`, `udp ${to}`])
    const arrived = sinks.received()
    expect([...direct, 'unix', 'abstract'].filter((name) => !arrived.includes(name))).toEqual([])
    expect(arrived).toContain('dns')
  })

  it('control: the broker lets through what the policy names, and only by that name', async () => {
    const end = await airlock.run({ command: ['node', 'tools/leave.ts', ask], policy: { network: ['npm'] } })

    const arrived = sinks.received()
    expect(arrived).toContain('http 127.0.0.1')
    for (const other of ['tcp ', 'udp ', 'dns', 'unix', 'abstract', 'localhost', hostname(), 'nip.io', '64:ff9b']) {
      expect(arrived).not.toContain(other)
    }
    expect(end.summary.report.egress.allowed).toEqual([
      { host: '127.0.0.1', port: sinks.places.tcpPort, phase: 'agent' },
    ])
  })

  it('has loopback alone, as the host sees it while the agent runs', async () => {
    const stop = new AbortController()
    const sleeping = airlock.run({ command: ['sleep', '31.7'], signal: stop.signal })
    const pid = await runningProgram(airlock, ['sleep', '31.7'])

    const devices = networkDevicesOf(pid)
    stop.abort('by-person')
    expect((await sleeping).end).toBe('cancelled/by-person')
    expect(devices).toEqual(['lo'])
    expect(networkDevicesOf('self')).toEqual(expect.arrayContaining(await readdir('/sys/class/net')))
  })

  it('takes a key on its own socket alone: the one of another job, still running, is worth nothing', async () => {
    const stop = new AbortController()
    const other = airlock.run({
      command: ['sh', '-c', 'printf %s "$ANTHROPIC_API_KEY" >key; exec sleep 31.8'],
      signal: stop.signal,
    })
    await runningProgram(airlock, ['sleep', '31.8'])
    const [jobId = ''] = await readdir(airlock.folders.jobs)
    const key = await readFile(join(airlock.folders.jobs, jobId, '1/agent/workspace/key'), 'utf8')
    await airlock.run({ command: ['node', 'tools/ask-model.ts', key] })

    stop.abort('by-person')
    await other
    expect(key).toMatch(/^airlock-/)
    expect(model.requests.map(({ body }) => /with the key [a-z ]+/.exec(body)?.[0])).toEqual([
      'with the key of its own',
    ])
    expect(model.requests[0]?.headers['x-api-key']).toBe(modelKey)
  })
})

async function attemptsOf(end: LocalEnd): Promise<number> {
  const tried: unknown = JSON.parse(await end.read('tried.json'))
  return Array.isArray(tried) ? tried.length : 0
}

function networkDevicesOf(pid: number | 'self'): string[] {
  return [...procFile(pid, 'net/dev').matchAll(/^\s*([^\s:]+):/gm)].map(([, name]) => name ?? '')
}
