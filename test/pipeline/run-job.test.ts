import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Policy } from '../../worker/contract/index.ts'
import { HandoffError, SourceError } from '../../worker/pipeline/ports/index.ts'
import { runJob } from '../../worker/pipeline/run-job.ts'
import { attemptOf, createWorld, exited, portsOf, requestOf, storedSnapshot, type World } from './fakes.ts'

const run = (world: World, attempt = attemptOf(world), request = requestOf()) =>
  runJob(request, attempt, portsOf(world))

describe('runJob', () => {
  it('takes a job through its steps in order and ends with a pull request', async () => {
    const world = createWorld()

    const summary = await run(world)

    expect(summary.outcome).toEqual({ outcome: 'published', reason: 'pull-request-opened' })
    expect(summary.pullRequestUrl).toBe('https://example.com/5')
    expect(world.log.filter((entry) => !/^(write|clear) /.test(entry))).toEqual([
      'recheck',
      'materialise',
      'broker setup: npm',
      'sandbox setup',
      'destroyed setup',
      'destroyed setup',
      'broker closed setup',
      'seal',
      'restore',
      'place',
      'broker agent: ',
      'sandbox agent',
      'destroyed agent',
      'destroyed agent',
      'broker closed agent',
      'collect',
      'stage',
      'recheck',
      'checkpoint',
      `hand off ${'f'.repeat(40)}`,
      'finished',
      'sealed record',
      'folders removed',
    ])
  })

  it('gives the agent its task before its sandbox is made, which may get a copy of its folders then', async () => {
    const world = createWorld()

    await run(world)

    const told = world.log.filter((entry) => ['write .airlock/task.md', 'sandbox agent'].includes(entry))
    expect(told).toEqual(['write .airlock/task.md', 'sandbox agent'])
  })

  it('takes out what setup left for agents in the home, unless the policy loads it and the default branch wrote it', async () => {
    const left = async (changes: Partial<Policy>, ref: string) => {
      const world = createWorld()
      await run(world, attemptOf(world), { ...requestOf(changes), base: { ref, sha: 'a'.repeat(40) } })
      return world.log.filter((entry) => entry === 'clear .claude')
    }

    expect(await left({}, 'main')).toHaveLength(1)
    expect(await left({ agentSettings: 'ignore' }, 'main')).toHaveLength(1)
    expect(await left({ agentSettings: 'load' }, 'feature')).toHaveLength(1)
    expect(await left({ agentSettings: 'load' }, 'main'), 'control').toHaveLength(0)
  })

  it('lays the default branch’s instructions out when all of setup is dead, and before the agent begins', async () => {
    const trusted = [{ path: 'AGENTS.md', content: Buffer.from('main'), fingerprint: '100644 4 m', executable: false }]
    const world = createWorld({ trusted, files: { 'AGENTS.md': 'evil', 'CLAUDE.md': 'evil' } })
    const base = { ref: 'feature', sha: 'a'.repeat(40) }

    await run(world, attemptOf(world), {
      ...requestOf({ setup: { run: [], secrets: [] } }),
      base,
      instructionsSha: 'b'.repeat(40),
    })

    const log = world.log.filter((entry) => /AGENTS|CLAUDE|sandbox/.test(entry) && !entry.startsWith('clear'))
    expect(log).toEqual(['remove AGENTS.md', 'remove CLAUDE.md', 'write AGENTS.md', 'sandbox agent'])
  })

  it('runs no sandbox 1 where the policy sets nothing up', async () => {
    const world = createWorld()

    await run(world, attemptOf(world), requestOf({ setup: { run: [], secrets: [], network: [] } }))

    expect(world.log).not.toContain('sandbox setup')
    expect(world.log).toContain('sandbox agent')
  })

  it('says in its posture that setup secrets were inside; control: none were, or the broker had them', async () => {
    const credential = { secret: 'TOKEN' }
    const brokered = { host: 'npm.acme.example', credential }
    const credentialsOf = async (setup: Policy['setup']) => {
      const world = createWorld({ secrets: new Map([['TOKEN', 'a secret of the repository']]) })
      return (await run(world, attemptOf(world), requestOf({ setup }))).report.posture?.credentials
    }

    expect(await credentialsOf({ run: ['x'], secrets: ['TOKEN'], network: [] })).toBe('in-sandbox')
    expect(await credentialsOf({ run: ['x'], secrets: [], network: [brokered] })).toBe('brokered')
    expect(await credentialsOf({ run: ['x'], secrets: [], network: [] })).toBe('none')
  })

  it('runs what the lockfile asks for where the policy says nothing, with its registry and no other host', async () => {
    const world = createWorld({ files: { 'package.json': '{}', 'package-lock.json': '{}' } })

    const summary = await run(world, attemptOf(world), requestOf({ setup: { secrets: [] } }))

    expect(world.log).toContain('broker setup: npm')
    expect(summary.setup).toMatchObject({
      plan: { source: 'lockfiles', commands: [{ line: 'npm ci' }] },
      snapshot: 'miss',
    })
    expect(world.audit.find(({ kind }) => kind === 'setup')).toMatchObject({ data: { snapshot: 'miss' } })
  })

  it('says which file asked for a command that failed, and how to switch it off', async () => {
    const files = { 'package.json': '{}', 'package-lock.json': '{}' }
    const world = createWorld({ files, exec: async () => ({ ...exited, exitCode: 1 }) })

    const { outcome } = await run(world, attemptOf(world), requestOf({ setup: { secrets: [] } }))

    expect(outcome.reason).toBe('setup-failed')
    expect(outcome.detail).toContain('as package-lock.json asks; setup: { run: [] }')
  })

  it('keeps what the setup of another branch left for that job alone', async () => {
    const world = createWorld()
    const pull = { ...requestOf(), base: { ref: 'feature', sha: 'a'.repeat(40) } }

    await run(world, attemptOf(world), pull)

    expect(world.log).toContain('hand over')
    expect(world.log).not.toContain('place')
    expect(world.log).toContain('sandbox agent')
  })

  it('lays what an earlier setup added into this commit’s own files', async () => {
    const files = { 'package.json': '{}', 'package-lock.json': '{}' }
    const world = createWorld({ files, snapshot: storedSnapshot(['node_modules']) })

    const summary = await run(world, attemptOf(world), requestOf({ setup: { secrets: [] } }))

    expect(summary.setup).toMatchObject({ snapshot: 'hit', why: 'an earlier job set up the same 2 input files' })
    expect(world.log).toContain('materialise')
    expect(world.log.indexOf('place')).toBeGreaterThan(world.log.indexOf('materialise'))
    expect(world.log).not.toContain('sandbox setup')
  })

  it('lays nothing where a branch has a file or symlink in its place', async () => {
    const files = { 'package.json': '{}', 'package-lock.json': '{}', node_modules: '/etc' }
    const world = createWorld({ files, snapshot: storedSnapshot(['node_modules']) })

    const summary = await run(world, attemptOf(world), requestOf({ setup: { secrets: [] } }))

    expect(summary.setup?.snapshot).toBe('miss')
    expect(world.log).toContain('sandbox setup')
  })

  it('plans and copies after it has fetched a commit that was not there', async () => {
    const world = createWorld({ isMirrored: false, snapshot: storedSnapshot(null) })

    await run(world)

    expect(world.log.slice(0, 4)).toEqual(['recheck', 'fetch', 'restore', 'place'])
  })

  it('destroys the setup sandbox before anything is sealed, also when a command fails', async () => {
    const world = createWorld({ exec: async () => ({ ...exited, exitCode: 7 }) })

    const summary = await run(world)

    expect(summary.outcome).toMatchObject({
      outcome: 'failed',
      reason: 'setup-failed',
      detail: '`install` ended with 7',
    })
    expect(world.log).toContain('destroyed setup')
    expect(world.log).not.toContain('seal')
    expect(world.log).not.toContain('sandbox agent')
  })

  it('never starts the agent beside something of setup that is still alive', async () => {
    const world = createWorld({ leftProcesses: 1 })

    const summary = await run(world)

    expect(summary.outcome).toMatchObject({ outcome: 'failed', reason: 'internal-error' })
    expect(world.log).not.toContain('sandbox agent')
  })

  it('starts no agent on a snapshot in which a secret was found', async () => {
    const world = createWorld({ sealed: 'secret-found' })

    const summary = await run(world)

    expect(summary.outcome).toMatchObject({
      outcome: 'failed',
      reason: 'secret-left-behind',
      detail: 'TOKEN (raw) in .npmrc',
    })
    expect(world.log).not.toContain('sandbox agent')
  })

  it('refuses before it clones when the requester lost the permission', async () => {
    const world = createWorld({ recheck: () => ({ outcome: 'refused', reason: 'permission-lost' }) })

    const summary = await run(world)

    expect(summary.outcome.reason).toBe('permission-lost')
    expect(world.log).not.toContain('materialise')
  })

  it('copies a snapshot that is there while it asks for the permission, and runs nothing on it before', async () => {
    const asked = Promise.withResolvers<null>()
    const copying = Promise.withResolvers<void>()
    const world = createWorld({
      snapshot: storedSnapshot(null),
      recheck: () => asked.promise,
      restore: async () => copying.resolve(),
    })

    const running = run(world)
    await copying.promise
    const before = [...world.log]
    asked.resolve(null)
    await running

    expect(before).toEqual(['recheck', 'restore'])
    expect(world.log).toContain('sandbox agent')
    expect(world.log).not.toContain('sandbox setup')
  })

  it('stops copying, and waits for it, before the folders of a refused job go', async () => {
    const world: World = createWorld({
      snapshot: storedSnapshot(null),
      recheck: () => ({ outcome: 'refused', reason: 'permission-lost' }),
      restore: async (signal) => {
        if (!signal.aborted) await once(signal, 'abort')
        await setImmediate()
        world.log.push('copy stopped')
      },
    })

    const summary = await run(world)

    expect(summary.outcome.reason).toBe('permission-lost')
    expect(world.log.indexOf('copy stopped')).toBeGreaterThan(0)
    expect(world.log.indexOf('copy stopped')).toBeLessThan(world.log.indexOf('folders removed'))
  })

  it('starts no agent on a copy that failed', async () => {
    const world = createWorld({
      snapshot: storedSnapshot(null),
      restore: async () => {
        throw new Error('the disk is full')
      },
    })

    const summary = await run(world)

    expect(summary.outcome).toMatchObject({ outcome: 'failed' })
    expect(world.log).not.toContain('sandbox agent')
  })

  it('opens no pull request for a requester who lost the permission while the agent worked', async () => {
    let asked = 0
    const world = createWorld({
      recheck: () => {
        asked += 1
        return asked > 1 ? { outcome: 'refused', reason: 'permission-lost' } : null
      },
    })

    const summary = await run(world)

    expect(summary.outcome.reason).toBe('permission-lost')
    expect(world.log).not.toContain(`hand off ${'f'.repeat(40)}`)
  })

  it('refuses a secret that the operator does not hold before anything runs', async () => {
    const world = createWorld()

    const summary = await run(
      world,
      attemptOf(world),
      requestOf({ setup: { run: ['x'], secrets: ['TOKEN'], network: [] } }),
    )

    expect(summary.outcome).toMatchObject({ outcome: 'refused', reason: 'secret-missing' })
    expect(world.log).not.toContain('sandbox setup')
  })

  it('refuses a secret that is too short to be searched for before anything runs', async () => {
    const world = createWorld({ secrets: new Map([['PIN', '1234']]) })

    const summary = await run(
      world,
      attemptOf(world),
      requestOf({ setup: { run: ['x'], secrets: ['PIN'], network: [] } }),
    )

    expect(summary.outcome).toMatchObject({ outcome: 'refused', reason: 'secret-missing' })
    expect(summary.outcome.detail).toContain('PIN has fewer than 6 bytes')
    expect(world.log).not.toContain('sandbox setup')
  })

  it('refuses a class of isolation that this worker does not have, and takes no weaker one', async () => {
    const world = createWorld()

    const summary = await run(world, attemptOf(world), requestOf({ isolation: 'microvm' }))

    expect(summary.outcome).toMatchObject({ outcome: 'refused', reason: 'isolation-unavailable' })
    expect(world.log.some((entry) => entry.startsWith('sandbox'))).toBe(false)
  })

  it('says so when the agent changed nothing', async () => {
    const world = createWorld({ collected: { kind: 'none' } })

    expect((await run(world)).outcome).toEqual({ outcome: 'no-changes', reason: 'agent-changed-nothing' })
  })

  it.each([
    ['wall-time', 'agent-timeout'],
    ['output', 'output-limit'],
    ['memory', 'memory-limit'],
    ['processes', 'process-limit'],
    ['disk', 'disk-limit'],
  ] as const)('ends a job whose agent met its %s limit', async (ended, reason) => {
    const world = createWorld({ exec: async (phase) => (phase === 'agent' ? { ...exited, ended } : exited) })

    expect((await run(world)).outcome).toMatchObject({ outcome: 'failed', reason })
  })

  it.each([
    ['a refusal of its model', 0, [{ kind: 'end', how: 'refusal' }], 'agent-refused'],
    ['a limit of its own', 1, [{ kind: 'end', how: 'limit' }], 'agent-limit'],
    ['an error', 1, [{ kind: 'end', how: 'error' }], 'agent-failed'],
    ['an error that its exit code hides', 0, [{ kind: 'end', how: 'error' }], 'agent-failed'],
    ['a clean end that its exit code denies', 1, [{ kind: 'end', how: 'done' }], 'agent-failed'],
    ['a signal', null, [], 'agent-crashed'],
    ['a signal that its shell tells', 139, [], 'agent-crashed'],
  ] as const)('tells apart how the agent ended: %s', async (_, exitCode, events, reason) => {
    const world = createWorld({
      events: [...events],
      async exec(phase, { onOutput }) {
        if (phase !== 'agent') return exited
        await onOutput(Buffer.from('a line\n'), 'stdout')
        return { ...exited, exitCode }
      },
    })

    expect((await run(world)).outcome).toMatchObject({ outcome: 'failed', reason })
  })

  it.each([
    ['done, after a refusal', 0, 'done', 'refusal', 'failed/agent-refused'],
    ['failed, after a refusal', 1, 'error', 'refusal', 'failed/agent-refused'],
    ['nothing, after a refusal', 1, null, 'refusal', 'failed/agent-refused'],
    ['failed, after a length', 1, 'error', 'limit', 'failed/agent-limit'],
    ['done, after a length: of a title, it may be', 0, 'done', 'limit', 'published/pull-request-opened'],
    ['nothing and ended well, whatever its model said', 0, null, 'refusal', 'published/pull-request-opened'],
    ['nothing, and a signal ended it', 139, null, 'limit', 'failed/agent-crashed'],
  ] as const)(
    'asks the last answer how an agent ended that says %s',
    async (_, exitCode, how, answerStop, expected) => {
      const world = createWorld({
        events: how === null ? [] : [{ kind: 'end', how }],
        answerStop,
        async exec(phase, { onOutput }) {
          if (phase !== 'agent') return exited
          await onOutput(Buffer.from('a line\n'), 'stdout')
          return { ...exited, exitCode }
        },
      })

      const { outcome } = await run(world)

      expect(`${outcome.outcome}/${outcome.reason}`).toBe(expected)
    },
  )

  it.each([
    ['claude', 'no-key', 1, 'refused/model-unavailable'],
    ['claude', 'key-refused', 0, 'refused/model-unavailable'],
    ['claude', 'cost-limit', 1, 'failed/cost-limit'],
    ['command', 'no-key', 1, 'refused/model-unavailable'],
    ['command', 'no-key', 0, 'published/pull-request-opened'],
    ['command', 'cost-limit', 0, 'failed/cost-limit'],
    ['claude', 'token-limit', 1, 'failed/token-limit'],
    ['command', 'token-limit', 0, 'failed/token-limit'],
  ] as const)('ends %s that was kept from its model (%s, exit %i) with %s', async (agent, kind, exitCode, expected) => {
    const world = createWorld({
      modelStop: { kind, provider: 'anthropic' },
      exec: async (phase) => (phase === 'agent' ? { ...exited, exitCode } : exited),
    })

    const { outcome } = await runJob({ ...requestOf(), agent }, attemptOf(world), portsOf(world))

    expect(`${outcome.outcome}/${outcome.reason}`).toBe(expected)
  })

  it('refuses an agent that has no key for its model before anything is fetched or run, and says what to set', async () => {
    const world = createWorld({ missingKey: 'an operator sets ANTHROPIC_API_KEY for the worker' })
    const other = createWorld({ missingKey: 'an operator sets ANTHROPIC_API_KEY for the worker' })

    const { outcome } = await runJob({ ...requestOf(), agent: 'claude' }, attemptOf(world), portsOf(world))
    const control = await runJob({ ...requestOf(), agent: 'command' }, attemptOf(other), portsOf(other))

    expect(outcome).toMatchObject({
      outcome: 'refused',
      reason: 'model-unavailable',
      detail: 'there is no key for anthropic, which claude asks: an operator sets ANTHROPIC_API_KEY for the worker',
    })
    expect(world.log.filter((entry) => /fetch|materialise|broker|create/.test(entry))).toEqual([])
    expect(control.outcome.outcome).toBe('published')
  })

  it('fails a change beyond its budget with where it was met', async () => {
    const world = createWorld({
      collected: { kind: 'over-budget', path: 'big.bin', why: 'has more bytes than allowed' },
    })

    expect((await run(world)).outcome).toEqual({
      outcome: 'failed',
      reason: 'collect-limit',
      detail: 'big.bin: has more bytes than allowed',
    })
  })

  it('blocks when a gate throws', async () => {
    const world = createWorld()
    const ports = {
      ...portsOf(world),
      gates: [
        {
          name: 'size' as const,
          check: () => {
            throw new Error('bug')
          },
        },
      ],
    }

    const summary = await runJob(requestOf(), attemptOf(world), ports)

    expect(summary.outcome).toMatchObject({ outcome: 'blocked', reason: 'gate-error' })
    expect(world.log).not.toContain('stage')
  })

  it('hands off what an earlier attempt had ready, without a second run of the agent', async () => {
    const world = createWorld({
      handOff: async () => {
        world.handOff = async () => ({})
        throw new HandoffError('unavailable', 'GitHub answered 502')
      },
    })
    await expect(run(world, attemptOf(world, { final: false }))).rejects.toMatchObject({ retryable: true })
    world.log.length = 0

    const summary = await run(world, attemptOf(world, { number: 2 }))

    expect(summary.outcome.outcome).toBe('published')
    expect(world.log).toEqual(['recheck', `hand off ${'f'.repeat(40)}`, 'finished', 'sealed record', 'folders removed'])
  })

  it('tells of the whole job, with its offline proof and times, when a second attempt hands it off', async () => {
    const world = createWorld({
      handOff: async () => {
        world.handOff = async () => ({})
        throw new HandoffError('unavailable', 'GitHub answered 502')
      },
    })
    await expect(run(world, attemptOf(world, { final: false }))).rejects.toMatchObject({ retryable: true })

    const resumed = await run(world, attemptOf(world, { number: 2 }))
    const atOnce = await run(createWorld())

    const told = ({ report, notes, lastOutput, agentSummary }: typeof resumed) => ({
      ...{ notes, lastOutput, agentSummary, egress: report.egress, network: report.network },
      steps: Object.keys(report.durations).toSorted(),
    })
    expect(told(atOnce).network).not.toBeNull()
    expect(told(resumed)).toEqual(told(atOnce))
  })

  it('tells the end later, and runs nothing again, when GitHub was away at the end', async () => {
    const world = createWorld({ collected: { kind: 'none' } })
    const ports = portsOf(world)
    const away = { ...ports.reporter, finished: () => Promise.reject(new HandoffError('unavailable', '502')) }
    const first = runJob(requestOf(), attemptOf(world, { final: false }), { ...ports, reporter: away })
    await expect(first).rejects.toMatchObject({ retryable: true })
    world.log.length = 0

    const summary = await run(world, attemptOf(world, { number: 2, final: false }))

    expect(summary.outcome).toEqual({ outcome: 'no-changes', reason: 'agent-changed-nothing' })
    expect(world.log).toEqual(['finished', 'sealed record', 'folders removed'])
  })

  it('throws what may be tried again, and reports it when no attempt follows', async () => {
    const world = createWorld()
    const ports = portsOf(world)
    const broken = {
      ...ports,
      source: { ...ports.source, materialise: () => Promise.reject(new SourceError('unavailable', 'GitHub is away')) },
    }

    await expect(runJob(requestOf(), attemptOf(world, { final: false }), broken)).rejects.toBeInstanceOf(SourceError)
    expect(world.finished).toBeNull()
    const summary = await runJob(requestOf(), attemptOf(world), broken)

    expect(summary.outcome).toMatchObject({ outcome: 'failed', reason: 'github-unavailable' })
  })

  it('does nothing more on GitHub once a newer attempt holds the job', async () => {
    const world = createWorld({
      exec: async () => {
        world.fenceHeld = false
        return exited
      },
    })

    await expect(run(world)).rejects.toMatchObject({ name: 'FenceLostError' })

    expect(world.log).not.toContain('stage')
    expect(world.finished).toBeNull()
    expect(world.log).toContain('folders removed')
  })

  it('reports a person’s cancelling, but leaves a worker’s own end to the next attempt', async () => {
    const cancelled = new AbortController()
    const world = createWorld({
      exec: async () => {
        cancelled.abort('by-person')
        return { ...exited, ended: 'cancelled' }
      },
    })
    expect((await run(world, attemptOf(world, { signal: cancelled.signal }))).outcome).toEqual({
      outcome: 'cancelled',
      reason: 'by-person',
    })

    const stopped = new AbortController()
    const other = createWorld({
      exec: async () => {
        stopped.abort('shutdown')
        return { ...exited, ended: 'cancelled' }
      },
    })
    await expect(run(other, attemptOf(other, { signal: stopped.signal }))).rejects.toMatchObject({ retryable: true })
    expect(other.finished).toBeNull()
  })

  it('hands nothing off that somebody cancelled at the last moment, and closes the door before it writes a handoff down', async () => {
    const stop = new AbortController()
    const late = createWorld()
    const settle = async () => {
      stop.abort('by-person')
      stop.signal.throwIfAborted()
    }
    const cancelled = await run(late, attemptOf(late, { signal: stop.signal, settle }))
    expect(cancelled.outcome).toEqual({ outcome: 'cancelled', reason: 'by-person' })
    expect(late.log.filter((entry) => /^(checkpoint|hand off)/.test(entry))).toEqual([])

    const other = createWorld()
    await run(other, attemptOf(other, { settle: async () => void other.log.push('settled') }))
    expect(other.log.filter((entry) => /^(settled|checkpoint|hand off)/.test(entry))).toEqual([
      'settled',
      'checkpoint',
      `hand off ${'f'.repeat(40)}`,
    ])
  })

  it('keeps a secret that setup printed out of the report and the record', async () => {
    const secret = 'hunter2-hunter2'
    const world = createWorld({
      secrets: new Map([['TOKEN', secret]]),
      exec: async (_phase, request) => {
        await request.onOutput(
          Buffer.from(`token is ${secret} or ${Buffer.from(secret).toString('base64')}\n`),
          'stdout',
        )
        return {
          ...exited,
          exitCode: 1,
          processes: [{ kind: 'exec', at: 0, pid: 1, detail: `login ${secret}`, command: null }],
        }
      },
    })

    const summary = await run(
      world,
      attemptOf(world),
      requestOf({ setup: { run: ['x'], secrets: ['TOKEN'], network: [] } }),
    )

    expect(summary.lastOutput).toBe('token is [secret TOKEN] or [secret TOKEN]\n')
    expect(JSON.stringify(world.audit)).not.toContain(secret)
    expect(JSON.stringify(world.audit)).toContain('login [secret TOKEN]')
  })

  it('tells the requester each step, with the times of those that ended', async () => {
    const world = createWorld()

    await run(world)

    expect(world.progress.at(0)?.step).toBe('prepare')
    expect(world.progress.at(-1)?.finished.map((entry) => entry.step)).toContain('collect')
  })

  it('tells what the model has cost so far while the agent works', async () => {
    const world = createWorld({
      events: [{ kind: 'text', text: 'I am at it.' }],
      async exec(phase, { onOutput }) {
        world.usage = { requests: 3, inputTokens: 1000, outputTokens: 200, costUsd: 0.4 }
        if (phase === 'agent') await onOutput(Buffer.from('a line\n'), 'stdout')
        return exited
      },
    })

    const { report } = await run(world)

    const told = world.progress.filter(({ activity }) => activity === 'I am at it.')
    expect(told.map(({ costUsd }) => costUsd)).toEqual(told.map(() => 0.4))
    expect(told.length).toBeGreaterThan(0)
    expect(report.usage.costUsd).toBe(0.4)
  })
})
