import { chmod } from 'node:fs/promises'
import { dirname } from 'node:path'
import { runCommand } from '../worker/process/run-command.ts'
import type { Bench } from './bench.ts'
import { type BareCall, payloads } from './engines/bare.ts'
import { type OpenEngine, onEachEngine } from './engines/open-engine.ts'
import type { Figure } from './figure.ts'
import { interleave, type Sample, summarise, timed } from './measure.ts'
import { firstByteAt, startProgram, timeProgram } from './sandbox/start-times.ts'

const rounds = { docker: 9, podman: 9, gvisor: 15, microvm: 5 } as const
const warmUp = 1

export const engineStart: Bench = {
  about: 'a sandbox of each class, from creating it to the first byte of a command in it, and its engine used bare',
  async run({ say }) {
    return onEachEngine(say, async (opened) => {
      say(`${opened.name}: ${rounds[opened.name]} rounds, in turn, after ${warmUp} that does not count`)
      // The first brings the image into the engine, which the other side needs too.
      await timeOurs(opened)
      const run = await opened.bare.prepare(payloads.ready)
      const stay = await opened.bare.prepare(payloads.idle)
      const sides = new Map<string, () => Promise<Sample>>([
        ['ours', () => timeOurs(opened)],
        ['bare', async () => ({ ...(await timeRun(run())), ...(await timeStay(stay())) })],
      ])
      return figuresOf(opened, await interleave(sides, { rounds: rounds[opened.name], warmUp }))
    })
  },
}

async function timeOurs({ engine, place }: OpenEngine): Promise<Sample> {
  const spec = await place.spec()
  // As a worker makes them: where its user could not walk to them, they would have to be shown to it elsewhere.
  await chmod(dirname(spec.workspace), 0o711)
  const startedAt = performance.now()
  const sandbox = await engine.create(spec)
  const firstByte = (await firstByteAt(sandbox)) - startedAt
  const secondAt = performance.now()
  const second = (await firstByteAt(sandbox)) - secondAt
  const destroy = await timed(() => sandbox.destroy())
  return { firstByte, second, destroy }
}

async function timeRun({ argv, options }: BareCall): Promise<Sample> {
  const { firstByte } = await timeProgram(argv, options)
  return { firstByte }
}

/** A second command in a sandbox that stays, and the end of that. Nothing, where the engine has no word for it. */
async function timeStay({ argv, options, exec, end }: BareCall): Promise<Sample> {
  if (exec === null || end === null) return {}
  const { ready, exitCode } = startProgram(argv, options)
  await ready
  const { firstByte: second } = await timeProgram(exec, options)
  const destroy = await timed(() => Promise.all([runCommand(end, options), exitCode]))
  return { second, destroy }
}

function figuresOf({ name, bare }: OpenEngine, samples: ReadonlyMap<string, readonly Sample[]>): readonly Figure[] {
  const [ours, others] = [samples.get('ours') ?? [], samples.get('bare') ?? []]
  const figure = (what: string, metric: string, other: string, aim: Figure['aim']): Figure => ({
    ...{ what, unit: 'ms', ours: summarise(ours, metric), aim },
    other: others.some((sample) => metric in sample) ? { name: other, summary: summarise(others, metric) } : null,
  })
  return [
    figure(`${name}: create to first byte`, 'firstByte', bare.name, { of: 'ratio', is: 'at most', bound: 1.3 }),
    figure('  a second command in it', 'second', 'exec', null),
    figure('  destroy, with proof', 'destroy', 'removal', null),
  ]
}
