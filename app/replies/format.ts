/** `850 ms`, `4.2 s`, `3 m 05 s`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)} m ${String(seconds % 60).padStart(2, '0')} s`
}

/** A Markdown table; cells are Markdown already. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** The first `max` of `items`, and a line that says how many were left out. */
export function formatList<T>(items: readonly T[], max: number, show: (item: T) => string): string {
  const shown = items.slice(0, max).map((item) => `- ${show(item)}`)
  const rest = items.length - shown.length
  return [...shown, ...(rest > 0 ? [`- … and ${rest} more`] : [])].join('\n')
}

/** GitHub takes 65,536 characters. A part that no longer fits is left out and named: a text is never cut in the middle. */
export function joinParts(parts: readonly (TextPart | null)[], max = maxText): string {
  let text = ''
  const left: string[] = []
  for (const part of parts) {
    if (part === null || part.text === '') continue
    const section = part.title === null ? part.text : `### ${part.title}\n\n${part.text}`
    if (text.length + section.length + 2 > max) left.push(part.title ?? 'a part')
    else text += text === '' ? section : `\n\n${section}`
  }
  return left.length === 0 ? text : `${text}\n\nLeft out because it is too long: ${left.join(', ')}.`
}

export const maxText = 60_000

/** A part of a text. `title` is ours and becomes a heading. */
export interface TextPart {
  readonly title: string | null
  readonly text: string
}
