import { availableParallelism } from 'node:os'
import { type CommandRun, mebibyte, runIn, shell } from '../../sandbox/battery/sandbox-bench.ts'
import type { NeighbourCase } from '../cases/neighbours.ts'
import type { Finding } from '../hostile-case.ts'
import type { Place } from './bombs-part.ts'
import { burnFreely, type Neighbour, slowedBy, startNeighbour } from './neighbour.ts'

const bombMs = 2_000
const goneWithinMs = 10_000
/** Less than this is held up by more than a fifth. */
const slowest = 0.8
/** Other work on the machine can only make a neighbour look slower, so the best of a few tells. */
const tries = 5

const limits = {
  ...{ wallMs: bombMs, memoryBytes: 128 * mebibyte, pids: 60, diskBytes: 48 * mebibyte, cpus: 1 },
  outputBytes: 32 * mebibyte,
}

/**
 * Sets off each bomb beside a neighbour. The sandbox has one processor, so that a machine with two has one left: what
 * the neighbour loses beyond that is not fair sharing. Speed is judged only where it is `measured`.
 */
export async function* runNeighbours(
  place: Place,
  cases: readonly NeighbourCase[],
  measured: boolean,
): AsyncGenerator<Finding> {
  await using neighbour = await startNeighbour()
  const [free] = await slowedBy(neighbour, () => burnFreely(availableParallelism()))
  for (const one of cases) yield holdUp(place, one, neighbour, { measured, free })
}

async function holdUp(
  place: Place,
  { name, line }: NeighbourCase,
  neighbour: Neighbour,
  { measured, free }: { readonly measured: boolean; readonly free: number },
): Promise<Finding> {
  let best = 0
  let slowestEnd = 0
  let left = 0
  let last: CommandRun | null = null
  for (let turn = 0; turn < (measured ? tries : 1) && best < slowest; turn++) {
    const { sandbox } = await place.create(limits)
    const [speed, [run, tookMs]] = await slowedBy(neighbour, async () => {
      const startedAt = Date.now()
      const ran = await runIn(sandbox, shell(line), { onOutput: () => {} })
      const proof = await sandbox.destroy()
      left += proof.processes + proof.mounts + proof.groups
      return [ran, Date.now() - startedAt] as const
    })
    best = Math.max(best, speed)
    slowestEnd = Math.max(slowestEnd, tookMs - run.durationMs)
    last = run
  }
  const late = (last?.durationMs ?? 0) + slowestEnd > bombMs + goneWithinMs
  return {
    name,
    through: last?.ended === 'exited' || left > 0 || late || (measured && best < slowest),
    // It went off, and the measure sees what is not held.
    control: last?.ended !== 'exited' && (!measured || free < slowest),
    detail: `${last?.ended} after ${last?.durationMs} ms, gone ${slowestEnd} ms later; neighbour at ${percent(best)}, beside unlimited programs ${percent(free)}`,
  }
}

const percent = (share: number) => `${Math.round(share * 100)} %`
