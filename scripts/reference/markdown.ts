/** A table; a row cannot be wrapped, whatever its length. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escapeCell).join(' | ')} |`
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}

/** A list whose items are wrapped at 120 columns. */
export function formatList(items: readonly string[]): string {
  return items.map((item) => wrap(`- ${item}`, '  ')).join('\n')
}

export function paragraph(text: string): string {
  return wrap(text, '')
}

export function code(text: string): string {
  return `\`${text}\``
}

export function joinSections(sections: readonly string[]): string {
  return `${sections.join('\n\n')}\n`
}

const columns = 120

function wrap(text: string, indent: string): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/)) {
    if (line !== '' && `${line} ${word}`.length > columns) {
      lines.push(line)
      line = `${indent}${word}`
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line].join('\n')
}

/** A bar would begin the next cell, also inside of code. */
function escapeCell(cell: string): string {
  return cell.replaceAll('|', '\\|')
}
