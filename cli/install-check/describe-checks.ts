import { terminalText } from '../terminal-text.ts'
import type { Check, CheckState } from './judge-install.ts'

const marks: Readonly<Record<CheckState, string>> = {
  ok: 'ok',
  missing: 'MISSING',
  unwise: 'unwise',
  unreadable: '?',
}

/** A line for each check; below one that asks for it, how to mend it. */
export function describeChecks(checks: readonly Check[]): string {
  const widths = (['of', 'what'] as const).map((key) => Math.max(0, ...checks.map((one) => one[key].length)))
  const lines = checks.flatMap(({ of, what, state, found, mend }) => {
    const line = [marks[state].padEnd(7), of.padEnd(widths[0] ?? 0), what.padEnd(widths[1] ?? 0), found].join('  ')
    return mend === null ? [line] : [line, `${' '.repeat(9)}→ ${mend}`]
  })
  const count = (state: CheckState) => checks.filter((one) => one.state === state).length
  const sum = `${count('missing')} missing, ${count('unwise')} unwise, ${count('unreadable')} not readable`
  return `${terminalText([...lines, '', sum].join('\n'))}\n`
}
