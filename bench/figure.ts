import type { Summary } from './measure.ts'

export type Unit = 'ms' | '/s' | 'MiB/s' | 'MiB' | '%' | 'requests'

/** What a figure is to be held against. */
export interface Aim {
  /** The ratio of the medians, or our own median or 99th percentile. */
  readonly of: 'ratio' | 'median' | 'p99'
  readonly is: 'at most' | 'at least'
  readonly bound: number
}

/** One line of the result: a measurement of ours, beside what it is compared with. */
export interface Figure {
  readonly what: string
  readonly unit: Unit
  readonly ours: Summary
  /** Null: nothing to compare with. */
  readonly other: { readonly name: string; readonly summary: Summary } | null
  /** Null: shown to explain, not judged. */
  readonly aim: Aim | null
}

/** Ours as a multiple of the other's, by medians. */
export function ratioOf({ ours, other }: Pick<Figure, 'ours' | 'other'>): number | null {
  return other === null ? null : ours.median / other.summary.median
}

/** Null: there was no aim. */
export function isMet(figure: Figure): boolean | null {
  const { aim, ours } = figure
  if (aim === null) return null
  const value = aim.of === 'ratio' ? ratioOf(figure) : ours[aim.of]
  if (value === null || Number.isNaN(value)) return false
  return aim.is === 'at most' ? value <= aim.bound : value >= aim.bound
}
