import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { spawnProcess } from '../../../worker/process/spawn-process.ts'

/** Somebody else's work on this machine: the same loop again and again, counted by itself. */
export interface Neighbour extends AsyncDisposable {
  /** Turns per second between two times, in milliseconds since the epoch. */
  rate(from: number, to: number): number
}

const turn = `use Time::HiRes "time"; $| = 1; my $sum = 0; while (1) { $sum += $_ for 1 .. 100_000; printf "%.3f\\n", time }`

export async function startNeighbour(): Promise<Neighbour> {
  const child = spawnProcess(['/usr/bin/perl', '-e', turn], { env: {}, stdio: ['ignore', 'pipe', 'inherit'] })
  if (child.stdout === null) throw new Error('the neighbour did not start')
  const turns: number[] = []
  createInterface({ input: child.stdout }).on('line', (line) => turns.push(Number(line) * 1000))
  const exited = once(child, 'exit')
  return {
    rate: (from, to) => (turns.filter((at) => at >= from && at < to).length * 1000) / (to - from),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}

const quietMs = 1_000

/** How fast the neighbour is while something happens, against just before: 1 is no slower. */
export async function slowedBy<T>(neighbour: Neighbour, happens: () => Promise<T>): Promise<readonly [number, T]> {
  const from = Date.now()
  await sleep(quietMs)
  const start = Date.now()
  const result = await happens()
  const end = Date.now()
  // What it has counted last is still on its way.
  await sleep(100)
  return [neighbour.rate(start, end) / neighbour.rate(from, start), result]
}

/** As many programs as there are processors, twice, with nothing that holds them: the measure has to see these. */
export async function burnFreely(processors: number): Promise<void> {
  const children = Array.from({ length: processors * 2 }, () =>
    spawnProcess(['/usr/bin/perl', '-e', '1 while 1'], { env: {}, stdio: 'ignore' }),
  )
  const ended = children.map((child) => once(child, 'exit'))
  await sleep(quietMs)
  for (const child of children) child.kill('SIGKILL')
  await Promise.all(ended)
}
