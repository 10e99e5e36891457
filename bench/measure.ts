/** What a bench measures one side by: a number per name, milliseconds unless the figure says otherwise. */
export type Sample = Readonly<Record<string, number>>

export interface Summary {
  readonly n: number
  readonly median: number
  readonly p99: number
  /** The middle half of the samples lies between these: how much noise there was. */
  readonly low: number
  readonly high: number
}

/**
 * Runs the sides in turn, so that whatever else the machine does hits all of them alike. Each round begins with the
 * next side: none always comes right after the same other one and what that left to clean up. The first `warmUp`
 * rounds are thrown away. Samples by side, in order.
 */
export async function interleave<T>(
  sides: ReadonlyMap<string, () => Promise<T>>,
  { rounds, warmUp }: { readonly rounds: number; readonly warmUp: number },
): Promise<ReadonlyMap<string, readonly T[]>> {
  const samples = new Map([...sides.keys()].map((name): [string, T[]] => [name, []]))
  const order = [...sides]
  for (let round = 0; round < warmUp + rounds; round += 1) {
    order.push(...order.splice(0, 1))
    for (const [name, run] of order) {
      const sample = await run()
      if (round >= warmUp) samples.get(name)?.push(sample)
    }
  }
  return samples
}

/** One metric of many samples. Throws where there is none: a bench that measured nothing must not look like one that did. */
export function summarise(samples: readonly Sample[], metric: string): Summary {
  return summariseNumbers(samples.flatMap((sample) => sample[metric] ?? []))
}

export function summariseNumbers(values: readonly number[]): Summary {
  if (values.length === 0) throw new RangeError('nothing was measured')
  const sorted = values.toSorted((a, b) => a - b)
  return {
    n: sorted.length,
    median: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
    low: quantile(sorted, 0.25),
    high: quantile(sorted, 0.75),
  }
}

/** Between two neighbours in proportion. `sorted` is ascending and not empty. */
export function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share
  const below = sorted[Math.floor(at)] ?? Number.NaN
  const above = sorted[Math.ceil(at)] ?? Number.NaN
  return below + (above - below) * (at - Math.floor(at))
}

/** Milliseconds that something takes. */
export async function timed(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await run()
  return performance.now() - startedAt
}
