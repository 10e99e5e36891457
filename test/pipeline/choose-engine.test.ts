import { describe, expect, it } from 'vitest'
import type { Isolation, Policy } from '../../worker/contract/index.ts'
import { chooseEngine } from '../../worker/pipeline/choose-engine.ts'
import { type SandboxEngine, SandboxError } from '../../worker/pipeline/ports/index.ts'
import { createWorld, portsOf, requestOf } from './fakes.ts'

const [fake] = portsOf(createWorld()).engines
const images = {
  digestOf: async (name: string) => (name === 'base' ? 'ba5e' : null),
  toGet: (name: string) => `airlock images build ${name}`,
  hostDigest: async () => 'host',
  programs: async () => new Set<string>(),
}

function engine(isolation: Isolation, missing: string | null = null): SandboxEngine {
  if (fake === undefined) throw new Error('the fakes have an engine')
  const posture: SandboxEngine['posture'] = async () => {
    if (missing !== null) throw new SandboxError('unavailable', missing)
    return { ...(await fake.posture()), isolation }
  }
  return { ...fake, isolation, posture }
}

const noon = Date.parse('2026-06-15T12:00:00Z')

function choose(engines: readonly SandboxEngine[], changes: Partial<Policy>, now = noon) {
  return chooseEngine({ engines, images }, { ...requestOf().policy, image: 'base', ...changes }, now)
}

async function chosen(...args: Parameters<typeof choose>) {
  const choice = await choose(...args)
  return 'why' in choice ? choice.why : choice.engine.isolation
}

const runsc = 'runsc not found: apt-get install -y runsc'
const accepted = { reason: 'gVisor comes in spring', digest: 'd16e57' }

describe('chooseEngine', () => {
  const all = [engine('microvm'), engine('process'), engine('gvisor'), engine('container')]

  it.each(['process', 'container', 'gvisor', 'microvm'] as const)(
    'takes %s where that is asked for',
    async (isolation) => {
      expect(await chosen(all, { isolation })).toBe(isolation)
    },
  )

  it('takes the next stronger one where this host lacks what is asked for', async () => {
    expect(
      await chosen([engine('process'), engine('gvisor', runsc), engine('microvm')], { isolation: 'container' }),
    ).toBe('microvm')
  })

  it('never takes a weaker one, and says what is missing and how to get it', async () => {
    const why = await chosen([engine('process'), engine('gvisor', runsc), engine('microvm', 'no qemu')], {
      isolation: 'gvisor',
    })

    expect(why).toBe(`at least gvisor is asked for; gvisor: ${runsc}; microvm: no qemu`)
  })

  it('names the setting where no engine of the class is on', async () => {
    expect(await chosen([engine('process')], { isolation: 'gvisor' })).toContain('AIRLOCK_ENGINES')
    expect(await chosen([], { isolation: 'process' })).toContain('none')
  })

  it('looks at the image before it looks at the engine', async () => {
    const why = await chosen([engine('container'), engine('gvisor')], { isolation: 'container', image: 'agents' })

    expect(why).toContain('container: there is no image agents on this machine: airlock images build agents')
  })

  it('shows the host’s own system to class process alone', async () => {
    expect(await chosen(all, { isolation: 'process', image: 'host' })).toBe('process')
    expect(await chosen(all, { isolation: 'container', image: 'host' })).toContain('airlock images build base')
  })

  it('takes a weaker one on the operator’s word alone, the strongest that is accepted, and names the word', async () => {
    const engines = [engine('process'), engine('container'), engine('gvisor', runsc)]
    const policy = { isolation: 'gvisor', acceptedWeaker: { isolation: 'process', ...accepted } } as const

    const choice = await choose(engines, policy)

    expect(choice).toMatchObject({
      engine: { isolation: 'container' },
      posture: { isolation: 'container' },
      weaker: { ...accepted, isolation: 'process', asked: 'gvisor', ran: 'container' },
    })
  })

  it('takes none that is weaker than what is accepted', async () => {
    const policy = { isolation: 'microvm', acceptedWeaker: { isolation: 'gvisor', ...accepted } } as const

    expect(await chosen([engine('process'), engine('container')], policy)).toContain('at least microvm')
  })

  it.each([
    ['on the last day', '2026-06-15', Date.parse('2026-06-15T23:59:59.999Z')],
    ['before it', '2026-12-31', noon],
  ])('takes what is accepted until a day: %s', async (_name, until, now) => {
    const policy = { isolation: 'gvisor', acceptedWeaker: { isolation: 'process', until, ...accepted } } as const

    expect(await choose([engine('process')], policy, now)).toMatchObject({ weaker: { until, ran: 'process' } })
  })

  it('refuses what was accepted until a day that is over, and names the day', async () => {
    const acceptedWeaker = { isolation: 'process', until: '2026-06-15', ...accepted } as const
    const engines = [engine('process'), engine('gvisor', runsc)]

    const choice = await choose(engines, { isolation: 'gvisor', acceptedWeaker }, Date.parse('2026-06-16T00:00:00Z'))

    expect(choice).toEqual({
      why: `at least gvisor is asked for; gvisor: ${runsc}; the operator accepted process here until 2026-06-15, which is over`,
    })
  })

  it('does not fall back on what is accepted where what is asked for can be had', async () => {
    const policy = { isolation: 'gvisor', acceptedWeaker: { isolation: 'process', ...accepted } } as const

    const choice = await choose(all, policy)

    expect(choice).toMatchObject({ engine: { isolation: 'gvisor' }, weaker: undefined })
  })

  it('lets a failure that may pass be tried again, rather than go on to another class', async () => {
    const failing: SandboxEngine = {
      ...engine('gvisor'),
      posture: () => Promise.reject(new SandboxError('start-failed', 'not within 20 s')),
    }
    const policy = { isolation: 'gvisor', acceptedWeaker: { isolation: 'process', ...accepted } } as const

    await expect(choose([engine('process'), failing], policy)).rejects.toMatchObject({ code: 'start-failed' })
  })
})
