import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBrokerFactory } from '../../../worker/broker/create-broker-factory.ts'
import type { BrokerFactory } from '../../../worker/pipeline/ports/index.ts'
import { disguise } from '../../fixtures/inside/needles.ts'
import { type LocalAirlock, startLocalAirlock } from '../../invariants/local-airlock.ts'
import { openSink, type Sink } from '../../invariants/sink.ts'
import { type PrivateHosts, privateHosts, startPrivateHosts } from './private-hosts.ts'

const token = 'acme-token-5f0c2b7d91e64a38'
const control = 'not-a-secret-77aa01'
const since = Date.now() - 60_000
const nowhere = { baseUrl: 'http://127.0.0.1:9', apiKey: null }
const credential = { secret: 'ACME_TOKEN' }
const { npm, pypi, git, api } = privateHosts

let sink: Sink
let hosts: PrivateHosts
let airlock: LocalAirlock
let brokers: BrokerFactory

beforeAll(async () => {
  sink = await openSink()
  hosts = await startPrivateHosts(token)
  airlock = await startLocalAirlock({ registry: sink.url })
  brokers = createBrokerFactory({
    ...hosts.deps,
    presets: async () => ({ targets: new Map([['npm', [{ host: '127.0.0.1', port: sink.port }]]]), env: new Map() }),
    upstreams: { anthropic: nowhere, openai: nowhere, gemini: nowhere },
  })
})
afterAll(async () => {
  await airlock?.[Symbol.asyncDispose]()
  await hosts?.[Symbol.asyncDispose]()
  await sink?.[Symbol.asyncDispose]()
})

const network = [
  'npm',
  { host: npm, methods: ['GET'], paths: ['/acme-tools', '/acme-tools/**'], credential },
  { host: pypi, methods: ['GET'], credential: { ...credential, username: '__token__' } },
  { host: git, paths: ['/acme/tools.git/**'], credential: { ...credential, username: 'x-access-token' } },
  { host: api, credential },
]

/** Runs these lines as setup, in a sandbox, and what they left in `out` through the gates. */
function setUp(run: readonly string[], command: readonly string[] = ['true']) {
  return airlock.run({
    policy: { setup: { run, network }, network: ['npm'], limits: { minutes: 2 } },
    files: { 'control.txt': control },
    secrets: { ACME_TOKEN: token },
    command,
    ports: { brokers },
  })
}

/** Each reads what only the token opens, and prints it. */
const clients: readonly (readonly [string, string, RegExp])[] = [
  [
    'npm',
    `npm install --prefix /tmp/n --registry https://${npm}/ acme-tools --no-audit --no-fund && node -p 'require("/tmp/n/node_modules/acme-tools")'`,
    /from the tarball/,
  ],
  [
    'pip',
    `/usr/bin/python3 -m pip install --no-cache-dir --disable-pip-version-check --target /tmp/p --index-url https://${pypi}/simple acme-tools && cat /tmp/p/acme_tools.py`,
    /from the wheel/,
  ],
  ['git', `git clone --quiet https://${git}/acme/tools.git /tmp/g && cat /tmp/g/README.md`, /from git/],
  ['curl', `curl -sS https://${api}/hello`, /hello from/],
  ['wget', `wget -qO- https://${api}/hello`, /hello from/],
  ['fetch in Node', `node -e 'fetch("https://${api}/hello").then((a) => a.text()).then(console.log)'`, /hello from/],
  [
    'urllib in Python',
    `/usr/bin/python3 -c 'import urllib.request as u; print(u.urlopen("https://${api}/hello").read())'`,
    /hello from/,
  ],
]

describe('private hosts, from a sandbox without their token', () => {
  it.each(clients)('%s gets what only the token opens', async (_name, line, proof) => {
    const { summary } = await setUp([`{ ${line}; } && exit 9`])

    // It ends there on purpose, because the last lines of a setup are shown when it fails.
    expect(summary.outcome.detail).toMatch(/ended with 9$/)
    expect(summary.lastOutput).toMatch(proof)
    expect(summary.report.posture?.credentials).toBe('brokered')
    expect(summary.report.egress.denied).toEqual([])
  })

  // The hunter reads all that was written lately, twice.
  it('holds the token nowhere in either sandbox, and ends as a change like any other', {
    timeout: 180_000,
  }, async () => {
    const hunt = (phase: string) =>
      `node tools/hunt.ts ${sink.port} ${phase} ${since} secret=${disguise(token)} control=${disguise(control)}`
    const lines = [`curl -sS -D - https://${api}/hello > seen.txt`, hunt('brokered')]

    const end = await setUp(lines, ['/bin/sh', '-c', `${hunt('after')}; cp seen.txt taken.txt`])

    expect(end.summary.lastOutput).toBe('')
    expect(end.end).toBe('published/branch-created')
    for (const phase of ['brokered', 'after']) {
      const found: string[] = JSON.parse(sink.bodies(`${phase}-found`)[0] ?? '["nothing arrived"]')
      expect(found.filter((where) => where.startsWith('secret'))).toEqual([])
      expect(found.join('\n')).toMatch(/control.*control\.txt/)
    }
    expect(await end.read('taken.txt')).toMatch(/you are Bearer \*{27}/)
    expect(JSON.stringify(end.summary)).not.toContain(token)
    expect(end.summary.report.network).toMatchObject([
      { phase: 'setup', devices: [{ name: 'lo' }], denied: 0 },
      { phase: 'agent', devices: [{ name: 'lo' }], model: 0, denied: 0 },
    ])
    expect(end.summary.report.pullRequest?.body).toContain('| credentials inside | brokered |')
  })

  it('is refused what no rule is for, and the agent has no credential at all', async () => {
    const before = hosts.asked.length
    const lines = [
      `curl -sS -o /dev/null -w '%{http_code}' https://${npm}/other > a.txt`,
      `curl -sS -X PUT -o /dev/null -w '%{http_code}' https://${npm}/acme-tools > b.txt`,
      'test "$(cat a.txt b.txt)" = 403403',
    ]

    const { summary } = await setUp(lines, ['/bin/sh', '-c', `curl -sS https://${api}/hello; true`])

    expect(summary.outcome).toMatchObject({ reason: 'agent-changed-nothing' })
    expect(hosts.asked).toHaveLength(before)
    expect(summary.report.egress.denied).toMatchObject([
      { host: npm, port: 443, phase: 'setup' },
      { host: npm, port: 443, phase: 'setup' },
      { host: api, port: 443, phase: 'agent' },
    ])
  })
})
