import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../../cli/commands/run.ts'
import type { Isolation } from '../../worker/contract/index.ts'
import { type Gate, type SandboxEngine, SandboxError } from '../../worker/pipeline/ports/index.ts'
import { makeOrigin, plainGit } from '../git/origin.ts'
import { type LocalAirlock, startLocalAirlock } from './local-airlock.ts'

const command = ['sh', '-c', 'echo new >new.md']

let airlock: LocalAirlock

beforeAll(async () => {
  airlock = await startLocalAirlock()
})
afterAll(() => airlock?.[Symbol.asyncDispose]())

/** One of the real gates, replaced. */
function gatesWith(check: Gate['check']): Gate[] {
  return airlock.core.gates.map((gate) => (gate.name === 'licenses' ? { name: gate.name, check } : gate))
}

describe('8. a gate that throws blocks', () => {
  it.each<[string, Gate['check']]>([
    [
      'throws',
      () => {
        throw new Error('a bug that quotes the change')
      },
    ],
    ['rejects', () => Promise.reject(new TypeError('a bug'))],
    ['answers with nothing', () => JSON.parse('null')],
  ])('when it %s', async (_, check) => {
    const { end, branches, summary } = await airlock.run({ command, ports: { gates: gatesWith(check) } })

    expect(end).toBe('blocked/gate-error')
    expect(branches).toEqual(['main'])
    expect(JSON.stringify(summary)).not.toContain('quotes the change')
  })

  it('control: the same gate, with nothing to say, lets the change out', async () => {
    const { end, branches } = await airlock.run({ command, ports: { gates: gatesWith(() => []) } })

    expect(end).toBe('published/branch-created')
    expect(branches).toHaveLength(2)
  })
})

describe('8. a policy that cannot be read refuses', () => {
  /** As `airlock run` does it, with the policy in the repository. */
  async function runWith(policy: string, name: string) {
    const repository = join(airlock.folders.root, `policy-${name.replaceAll(/\W/g, '-')}`)
    await makeOrigin(repository, { '.github/airlock.yml': policy })
    let errors = ''
    const status = await run.run(['--repo', repository, '--task', 'Do it', '--', ...command], {
      env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent', AIRLOCK_DATA_DIR: airlock.folders.root },
      cwd: airlock.folders.root,
      stdout: () => {},
      stderr: (text) => {
        errors += text
      },
      signal: AbortSignal.timeout(60_000),
    })
    const refs = await plainGit(['-C', repository, 'for-each-ref', '--format=%(refname:short)'])
    return { status, errors, branches: refs.split('\n') }
  }
  const bomb = `a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nnetwork: *c\n`

  it.each([
    ['an unknown key', 'limits: { minutes: 1 }\nnetwrok: []\n', /airlock\.yml:2:.*netwrok/],
    ['a wrong type', 'limits:\n  minutes: soon\n', /airlock\.yml:2:/],
    ['no YAML', 'agent: command\n  command: [\n', /airlock\.yml:\d+:/],
    ['a bomb of aliases', bomb, /airlock\.yml:\d+:/],
    ['a loop of aliases', 'network: &a [*a]\n', /airlock\.yml:1:/],
    ['a key that reaches into objects', 'agent: command\n__proto__: { isolation: process }\n', /airlock\.yml:2:/],
    ['two documents', 'agent: pi\n---\nagent: claude\n', /airlock\.yml:\d+:/],
    ['a host that is everybody', 'network: ["*.com"]\n', /airlock\.yml:1:/],
    ['more than a policy is long', `agent: pi # ${'x'.repeat(70_000)}\n`, /airlock\.yml:.*larger/],
  ])('with its line: %s', async (name, policy, problem) => {
    const { status, errors, branches } = await runWith(policy, name)

    expect(status).toBe(4)
    expect(errors).toMatch(problem)
    expect(branches).toEqual(['main'])
  })

  it('control: one that can be read runs', async () => {
    const { status, branches } = await runWith('limits: { minutes: 1 }\nnetwork: []\n', 'control')

    expect(status).toBe(0)
    expect(branches).toHaveLength(2)
  })

  it.each([
    [
      'a preset that the operator does not have',
      { setup: { run: ['true'], network: ['nosuchpreset'] } },
      'policy-invalid',
    ],
    ['a secret that nobody holds', { setup: { run: ['true'], secrets: ['NOBODYS'] } }, 'secret-missing'],
    ['an image that is not there', { image: 'nosuchimage' }, 'isolation-unavailable'],
  ])('refuses what it asks for and cannot have: %s', async (_, policy, reason) => {
    const { end, branches } = await airlock.run({ policy, ...('agent' in policy ? {} : { command }) })

    expect(end).toBe(`refused/${reason}`)
    expect(branches).toEqual(['main'])
  })
})

describe('8. an isolation that cannot be had is refused, and no weaker one is taken', () => {
  it.each<Isolation>(['container', 'gvisor', 'microvm'])(
    'refuses %s on a worker that has only process',
    async (isolation) => {
      for (const asked of [{ isolation }, { policy: { isolation } }]) {
        const { end, branches, summary } = await airlock.run({ command, ...asked })

        expect(end).toBe('refused/isolation-unavailable')
        expect(branches).toEqual(['main'])
        expect(summary.report.durations.agent).toBeUndefined()
      }
    },
  )

  it('does not let the command line weaken what the policy asks', async () => {
    const { end } = await airlock.run({ command, policy: { isolation: 'microvm' }, isolation: 'process' })

    expect(end).toBe('refused/isolation-unavailable')
  })

  it('control: process, which this worker has, runs', async () => {
    const { end, summary } = await airlock.run({ command, isolation: 'process' })

    expect(end).toBe('published/branch-created')
    expect(summary.report.posture?.isolation).toBe('process')
  })

  it('refuses when the engine finds on this host that it cannot hold what it promises', async () => {
    const missing = () => Promise.reject(new SandboxError('unavailable', 'bwrap not found'))
    const { end, summary } = await airlock.run({ command, ports: { engines: enginesWith({ posture: missing }) } })

    expect(end).toBe('refused/isolation-unavailable')
    expect(summary.outcome.detail).toContain('bwrap not found')
  })

  it('stops when a sandbox cannot be shown to be gone, instead of going on beside it', async () => {
    const engines = enginesWith({
      create: async (spec) => {
        const sandbox = await airlock.core.engines[0]?.create(spec)
        if (sandbox === undefined) throw new Error('there is no engine')
        return { ...sandbox, destroy: async () => ({ ...(await sandbox.destroy()), processes: 1 }) }
      },
    })
    const { end, branches } = await airlock.run({ command, ports: { engines } })

    expect(end).toBe('failed/internal-error')
    expect(branches).toEqual(['main'])
  })

  function enginesWith(part: Partial<SandboxEngine>): SandboxEngine[] {
    return airlock.core.engines.map((engine) => ({ ...engine, ...part }))
  }
})
