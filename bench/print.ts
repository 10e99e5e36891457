import { type Aim, type Figure, isMet, ratioOf, type Unit } from './figure.ts'
import type { Summary } from './measure.ts'

const headings = ['what', 'ours', 'alternative', 'ratio', 'aim', '']

/** A table for a person, one line per figure. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = [headings, ...figures.map(cellsOf)]
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`
}

function cellsOf(figure: Figure): string[] {
  const { what, unit, ours, other, aim } = figure
  const ratio = ratioOf(figure)
  const met = isMet(figure)
  return [
    what,
    describe(ours, figure),
    other === null ? '' : `${other.name}: ${describe(other.summary, figure)}`,
    ratio === null ? '' : `${shown(ratio)} ×`,
    aim === null ? '' : describeAim(aim, unit),
    met === null ? '' : met ? 'met' : 'NOT MET',
  ]
}

/** The median, in brackets the middle half, and the 99th percentile where that is what counts. */
function describe({ n, median, low, high, p99 }: Summary, { unit, aim }: Figure): string {
  const spread = n === 1 ? '' : ` (${shown(low)}–${shown(high)})`
  return `${shown(median)} ${unit}${spread}${aim?.of === 'p99' ? `, p99 ${shown(p99)}` : ''}`
}

function describeAim({ of, is, bound }: Aim, unit: Unit): string {
  return of === 'ratio' ? `${is} ${bound} ×` : `${of} ${is} ${bound} ${unit}`
}

/** Three digits are all that a noisy machine is good for. */
function shown(value: number): string {
  if (value >= 100) return String(Math.round(value))
  return value.toPrecision(3)
}

/** The same for programs, with everything that was summarised. */
export function jsonOf(benches: readonly { readonly bench: string; readonly figures: readonly Figure[] }[]): string {
  const full = benches.map(({ bench, figures }) => ({
    bench,
    figures: figures.map((figure) => ({ ...figure, ratio: ratioOf(figure), met: isMet(figure) })),
  }))
  return `${JSON.stringify(full)}\n`
}
