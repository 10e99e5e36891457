import type { Sandbox } from '../worker/pipeline/ports/index.ts'
import { runCommand } from '../worker/process/run-command.ts'
import type { Bench } from './bench.ts'
import { type BareCall, payloads } from './engines/bare.ts'
import { mebibytesBelow } from './engines/memory-below.ts'
import { type OpenEngine, onEachEngine } from './engines/open-engine.ts'
import type { Figure } from './figure.ts'
import { interleave, type Sample, summarise } from './measure.ts'
import { firstByteAt, startProgram, timeProgram } from './sandbox/start-times.ts'

const crowd = 10
const rounds = { docker: 3, podman: 3, gvisor: 5, microvm: 2 } as const
/** Ten translated machines on few cores take their time. */
const limits = { wallMs: 600_000 }

export const engineCrowd: Bench = {
  about: `${crowd} sandboxes at once, and the memory of one that waits`,
  async run({ say }) {
    return onEachEngine(say, async (opened) => {
      // The first brings the image into the engine, which the other side needs too.
      await startAll(opened, 1)
      say(`${opened.name}: ${rounds[opened.name]} rounds, in turn; memory once`)
      const run = await opened.bare.prepare(payloads.ready)
      const stay = await opened.bare.prepare(payloads.idle)
      const sides = new Map<string, () => Promise<Sample>>([
        ['ours', () => startAll(opened, crowd)],
        ['bare', () => startAllBare(run)],
      ])
      const samples = await interleave(sides, { rounds: rounds[opened.name], warmUp: 0 })
      const [ours, other] = [samples.get('ours') ?? [], samples.get('bare') ?? []]
      const compare = (of: readonly Sample[], metric: string) => ({
        name: opened.bare.name,
        summary: summarise(of, metric),
      })
      return [
        {
          ...{ what: `${opened.name}: until ${crowd} have run`, unit: 'ms', ours: summarise(ours, 'all') },
          ...{ other: compare(other, 'all'), aim: null },
        },
        {
          ...{ what: '  memory of one that waits', unit: 'MiB', aim: null },
          ours: summarise([await weigh(opened)], 'each'),
          other: compare([await weighBare(opened, stay)], 'each'),
        },
      ] satisfies Figure[]
    })
  },
}

const times = <Result>(count: number, run: () => Promise<Result>) =>
  Promise.all(Array.from({ length: count }, () => run()))

async function startAll({ engine, place }: OpenEngine, count: number): Promise<Sample> {
  const specs = await times(count, () => place.spec(limits))
  const startedAt = performance.now()
  const started = await Promise.all(
    specs.map(async (spec) => {
      const sandbox = await engine.create(spec)
      return { sandbox, at: await firstByteAt(sandbox) }
    }),
  )
  await Promise.all(started.map(({ sandbox }) => sandbox.destroy()))
  return { all: Math.max(...started.map(({ at }) => at)) - startedAt }
}

async function startAllBare(next: () => BareCall): Promise<Sample> {
  const started = await times(crowd, async () => {
    const { argv, options } = next()
    return timeProgram(argv, options)
  })
  return { all: Math.max(...started.map(({ firstByte }) => firstByte)) }
}

/** A command in each that does nothing: between commands, some classes have no process at all. */
async function weigh({ engine, place, folder }: OpenEngine): Promise<Sample> {
  const before = await mebibytesBelow(folder)
  const stop = new AbortController()
  const sandboxes = await times(crowd, async () => engine.create(await place.spec(limits)))
  const waiting = await Promise.all(sandboxes.map((sandbox) => wait(sandbox, stop.signal)))
  const each = ((await mebibytesBelow(folder)) - before) / crowd
  stop.abort()
  await Promise.all(waiting.map(({ ended }) => ended))
  await Promise.all(sandboxes.map((sandbox) => sandbox.destroy()))
  return { each }
}

/** Returns when the command has said that it is there. */
async function wait(sandbox: Sandbox, signal: AbortSignal): Promise<{ readonly ended: Promise<unknown> }> {
  const there = Promise.withResolvers<void>()
  const ended = sandbox.exec({ argv: payloads.idle.argv, env: {}, signal, onOutput: () => there.resolve() })
  await Promise.race([there.promise, ended])
  return { ended }
}

async function weighBare({ folder }: OpenEngine, next: () => BareCall): Promise<Sample> {
  const before = await mebibytesBelow(folder)
  const started = await times(crowd, async () => {
    const call = next()
    const program = startProgram(call.argv, call.options)
    await program.ready
    return { ...call, ...program }
  })
  const each = ((await mebibytesBelow(folder)) - before) / crowd
  for (const { end, options, child, exitCode } of started) {
    if (end === null) child.kill('SIGKILL')
    else await runCommand(end, options)
    await exitCode
  }
  return { each }
}
