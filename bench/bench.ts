import type { Figure } from './figure.ts'

export interface BenchOptions {
  /** Progress and conditions, for the person who waits. */
  readonly say: (text: string) => void
  /** How many jobs `memory` runs. */
  readonly jobs: number
  /** Files of labelled lines that `gates` is tried on. */
  readonly corpora: readonly string[]
}

/** One measurement: ours and the alternative in the same run. */
export interface Bench {
  readonly about: string
  run(options: BenchOptions): Promise<readonly Figure[]>
}
