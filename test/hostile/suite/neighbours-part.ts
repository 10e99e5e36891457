import { availableParallelism } from 'node:os'
import type { Sandbox } from '../../../worker/pipeline/ports/index.ts'
import { type CommandRun, mebibyte, runIn, shell } from '../../sandbox/battery/sandbox-bench.ts'
import { type EndlessBomb, goneName, slowName } from '../cases/neighbours.ts'
import type { Finding } from '../hostile-case.ts'
import type { Place } from './bombs-part.ts'
import { burnFreely, slowedBy, startNeighbour } from './neighbour.ts'

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

/** Sets off each bomb, and where speed is `measured` beside a neighbour. */
export function runNeighbours(place: Place, bombs: readonly EndlessBomb[], measured: boolean): AsyncGenerator<Finding> {
  return measured ? besideNeighbour(place, bombs) : alone(place, bombs)
}

/** Two at a time, because the clock ends them, and each has to be gone in time whatever is beside it. */
async function* alone(place: Place, bombs: readonly EndlessBomb[]): AsyncGenerator<Finding> {
  for (let at = 0; at < bombs.length; at += 2) {
    yield* (await Promise.all(bombs.slice(at, at + 2).map((bomb) => aloneWith(place, bomb)))).flat()
  }
}

async function aloneWith(place: Place, { name, line }: EndlessBomb): Promise<readonly Finding[]> {
  const { sandbox } = await place.create(limits)
  const unmeasured = { through: false, control: false, detail: 'not measured: other tests run beside it' }
  return [gone(name, await setOff(sandbox, line)), { name: slowName(name), ...unmeasured }]
}

/**
 * The sandbox has one processor, so that a machine with two has one left: what the neighbour loses beyond that is not
 * fair sharing.
 */
async function* besideNeighbour(place: Place, bombs: readonly EndlessBomb[]): AsyncGenerator<Finding> {
  await using neighbour = await startNeighbour()
  const [free] = await slowedBy(neighbour, () => burnFreely(availableParallelism()))
  for (const { name, line } of bombs) {
    let speed = 0
    for (let turn = 0; turn < tries && speed < slowest; turn++) {
      const { sandbox } = await place.create(limits)
      const [during, end] = await slowedBy(neighbour, () => setOff(sandbox, line))
      speed = Math.max(speed, during)
      if (turn === 0) yield gone(name, end)
    }
    yield {
      name: slowName(name),
      through: speed < slowest,
      // The measure sees what nothing holds.
      control: free < slowest,
      detail: `the neighbour at ${percent(speed)}, beside unlimited programs at ${percent(free)}`,
    }
  }
}

interface End {
  readonly run: CommandRun
  readonly left: number
  /** Milliseconds that the sandbox was there for. */
  readonly tookMs: number
}

async function setOff(sandbox: Sandbox, line: string): Promise<End> {
  const startedAt = Date.now()
  const run = await runIn(sandbox, shell(line), { onOutput: () => {} })
  const { processes, mounts, groups } = await sandbox.destroy()
  return { run, left: processes + mounts + groups, tookMs: Date.now() - startedAt }
}

const gone = (name: string, { run, left, tookMs }: End): Finding => ({
  name: goneName(name),
  through: run.ended === 'exited' || left > 0 || tookMs > bombMs + goneWithinMs,
  // It went off: something had to end it.
  control: run.ended !== 'exited',
  detail: `${run.ended} after ${run.durationMs} ms, gone ${tookMs - run.durationMs} ms later, ${left} left`,
})

const percent = (share: number) => `${Math.round(share * 100)} %`
