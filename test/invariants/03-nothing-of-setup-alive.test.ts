import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LocalAirlock, startLocalAirlock } from './local-airlock.ts'
import { procFile } from './processes-of.ts'
import { openSink, type Sink } from './sink.ts'

/** Ways in which a program stays behind, in a shell's words. */
const ways = {
  background: (command: string) => `${command} &`,
  nohup: (command: string) => `nohup ${command} >/dev/null 2>&1 &`,
  session: (command: string) => `setsid -f ${command} >/dev/null 2>&1 </dev/null`,
  orphan: (command: string) => `( ( ${command} & ) & )`,
  stopped: (command: string) => `${command} stop &`,
}

let sink: Sink
let airlock: LocalAirlock

beforeAll(async () => {
  sink = await openSink()
  airlock = await startLocalAirlock({ registry: sink.url })
})
afterAll(async () => {
  await airlock?.[Symbol.asyncDispose]()
  await sink?.[Symbol.asyncDispose]()
})

describe('3. nothing that ran during setup is alive during the agent phase', () => {
  it('ends daemons of every kind, which were alive and heard until setup ended', async () => {
    const alive = new Map<string, number>()
    sink.onArrival(async ({ name }) => {
      if (name === 'setup-waits') for (const way of Object.keys(ways)) await sink.until(`beat-${way}`, 20_000)
      if (/^(setup|agent)-/.test(name)) alive.set(name, daemonsAlive())
      return undefined
    })
    const daemons = Object.entries(ways).map(([name, start]) => start(`node tools/beat.ts ${sink.port} ${name}`))
    const waits = `node tools/say.ts ${sink.port} setup-waits`

    const { end } = await airlock.run({
      policy: { setup: { run: [[...daemons, waits].join('\n')], network: ['npm'] }, network: ['npm'] },
      command: [
        'sh',
        '-c',
        `node tools/say.ts ${sink.port} agent-runs; sleep 1; node tools/say.ts ${sink.port} agent-ends`,
      ],
    })

    const words = sink.arrivals.map(({ name }) => name)
    expect(end).toBe('no-changes/agent-changed-nothing')
    expect(words.slice(words.indexOf('agent-runs'))).toEqual(['agent-runs', 'agent-ends'])
    expect(alive.get('agent-runs')).toBe(0)
    expect(alive.get('setup-waits')).toBe(Object.keys(ways).length)
  })

  it('ends what one line of setup left before the next line runs', async () => {
    const alive = new Map<string, number>()
    sink.onArrival(({ name }) => {
      alive.set(name, daemonsAlive())
      return undefined
    })
    const start = `setsid -f node tools/beat.ts ${sink.port} line`

    await airlock.run({
      policy: {
        setup: {
          run: [`${start}; node tools/say.ts ${sink.port} line-1`, `node tools/say.ts ${sink.port} line-2`],
          network: ['npm'],
        },
      },
      command: ['true'],
    })

    expect(alive.get('line-1')).toBe(1)
    expect(alive.get('line-2')).toBe(0)
  })
})

/** Seen from the host, where no sandbox can hide a process. */
function daemonsAlive(): number {
  const words = `\0tools/beat.ts\0${sink.port}\0`
  return readdirSync('/proc').filter(
    (pid) => /^node\0/.test(procFile(pid, 'cmdline')) && procFile(pid, 'cmdline').includes(words),
  ).length
}
