import { describe, expect, it } from 'vitest'
import type { JobRequest, Severity } from '../../worker/contract/index.ts'
import type { Gate } from '../../worker/pipeline/ports/index.ts'
import { runJob } from '../../worker/pipeline/run-job.ts'
import { attemptOf, createWorld, exited, policy, portsOf, requestOf, type World } from './fakes.ts'

const limits = { ...policy.limits, wallMs: 600_000 }
const request = (changes: Partial<JobRequest> = {}): JobRequest => ({
  ...requestOf({ agent: 'pi', limits }),
  agent: 'pi',
  ...changes,
})

/** One entry per turn of the agent: what the gate says of the change then, one finding for each. */
async function run(turns: readonly (readonly Severity[])[], changes: Partial<World> = {}, asked = request()) {
  const world = createWorld(changes)
  let asks = 0
  const gate: Gate = {
    name: 'size',
    check: () => {
      const found = turns[asks] ?? []
      asks += 1
      return found.map((severity, at) => ({
        ...{ gate: 'size', rule: 'r', severity, line: 3 },
        ...{ path: `a${at}`, message: `too\nlarge` },
      }))
    },
  }
  const summary = await runJob(asked, attemptOf(world), { ...portsOf(world), gates: [gate] })
  const prompts = world.audit.filter(({ kind }) => kind === 'prompt').map(({ data }) => JSON.stringify(data))
  return { world, summary, asks, prompts }
}

const outcomes = { hold: 'held', block: 'blocked' } as const

describe("the agent's one turn to mend what a gate found", () => {
  it.each(['hold', 'block'] as const)('publishes what was to %s, after it is mended', async (severity) => {
    const { summary, world, prompts } = await run([[severity], []])

    expect(summary.outcome.outcome).toBe('published')
    expect(summary.gates).toMatchObject([{ verdict: 'publish', findings: [] }])
    expect(summary.notes).toContainEqual(expect.stringContaining('(size, r in a0). It had one turn to mend it, and it'))
    expect(world.log.filter((entry) => entry === 'sandbox agent')).toHaveLength(2)
    expect(prompts).toHaveLength(2)
    // Nobody is told that the agent is done while it works.
    const told = world.progress.filter(({ step }) => step === 'agent')
    expect(told.length).toBeGreaterThan(0)
    for (const { finished } of told) expect(finished.map(({ step }) => step)).not.toContain('agent')
    expect(prompts[0]).not.toContain('too large')
    expect(prompts[1]).toContain(String.raw`- size, r: \"a0\", line 3: too large`)
  })

  it('has a sandbox of its own, which is made after the first is gone', async () => {
    const { world } = await run([['hold'], []])

    const ends = world.log.filter(
      (entry) => /^(sandbox|destroyed|broker closed) agent$/.test(entry) || entry === 'collect',
    )
    const once = ['sandbox agent', 'destroyed agent', 'destroyed agent', 'broker closed agent', 'collect']
    expect(ends).toEqual([...once, ...once])
  })

  it.each(['hold', 'block'] as const)('is one: what still is to %s ends the job', async (severity) => {
    const { summary, asks } = await run([[severity], [severity], []])

    expect(summary.outcome.outcome).toBe(outcomes[severity])
    expect(summary.notes).toContainEqual(expect.stringMatching(/and it did not\.$/))
    expect(asks).toBe(2)
  })

  it.each([
    ['a milder verdict', [['block'], ['hold', 'hold']], 'held'],
    ['fewer things', [['hold', 'hold'], ['hold']], 'held'],
  ] as const)('counts for %s', async (_what, turns, outcome) => {
    const { summary } = await run(turns)

    expect(summary.outcome.outcome).toBe(outcome)
    expect(summary.gates[0]?.findings).toHaveLength(turns[1].length)
  })

  it('leaves the first version where the second is worse', async () => {
    const { summary } = await run([['hold'], ['block', 'block']])

    expect(summary.outcome.outcome).toBe('held')
    expect(summary.gates[0]?.findings).toHaveLength(1)
  })

  it('leaves the first version where the agent fails in its second turn', async () => {
    let turns = 0
    const exec: World['exec'] = async (phase) => {
      if (phase === 'agent') turns += 1
      return turns > 1 ? { ...exited, exitCode: 1 } : exited
    }
    const { summary } = await run([['hold'], []], { exec })

    expect(summary.outcome.outcome).toBe('held')
    expect(summary.notes).toContainEqual(expect.stringContaining('it did not: agent failed'))
  })

  it.each([
    ['notes alone', [['note']], request()],
    ['a command, which is told of no rule', [['hold']], request({ agent: 'command' })],
    ['a job whose time is over', [['hold']], request({ policy: { ...policy, limits: { ...limits, wallMs: 1000 } } })],
  ] as const)('is not given for %s', async (_what, turns, asked) => {
    const { asks } = await run(turns, {}, asked)

    expect(asks).toBe(1)
  })

  it('is not given where a gate failed: nobody could mend that', async () => {
    const world = createWorld()
    const broken: Gate = {
      name: 'size',
      check: () => {
        throw new TypeError('broken')
      },
    }

    const summary = await runJob(request(), attemptOf(world), { ...portsOf(world), gates: [broken] })

    expect(summary.outcome.reason).toBe('gate-error')
    expect(world.log.filter((entry) => entry === 'sandbox agent')).toHaveLength(1)
  })

  it('has what is left of time, money and tokens', async () => {
    const world = createWorld()
    const given: unknown[] = []
    const ports = portsOf(world)
    const gate: Gate = {
      name: 'size',
      check: () => [{ gate: 'size', rule: 'r', severity: 'hold', path: null, line: null, message: 'm' }],
    }
    const usage = { requests: 1, inputTokens: 10, outputTokens: 1, costUsd: 0.25 }
    const brokers: typeof ports.brokers = {
      ...ports.brokers,
      async open(spec, events) {
        if (spec.model !== null) given.push([spec.model.costUsd, spec.model.tokens])
        return { ...(await ports.brokers.open(spec, events)), usage: () => usage }
      },
    }

    const asked = request()
    const policy = { ...asked.policy, limits: { ...asked.policy.limits, tokens: 100 } }
    const summary = await runJob({ ...asked, policy }, attemptOf(world), { ...ports, gates: [gate], brokers })

    expect(given).toEqual([
      [1, 100],
      [0.75, 89],
    ])
    expect(summary.report.usage).toEqual({ requests: 2, inputTokens: 20, outputTokens: 2, costUsd: 0.5 })
  })
})
