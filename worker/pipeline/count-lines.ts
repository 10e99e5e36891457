import type { FileChange } from '../contract/index.ts'

/** Lines that are only after and only before, as a multiset: near enough to a diff's own count, and linear. */
export function countLines(file: FileChange): { path: string; added: number; removed: number } {
  const before = linesOf(file.before?.content)
  const after = linesOf(file.after?.content)
  return { path: file.path, added: surplus(after, before), removed: surplus(before, after) }
}

function linesOf(content: Uint8Array | undefined): Map<string, number> {
  const counts = new Map<string, number>()
  if (content === undefined || content.length === 0) return counts
  const text = Buffer.from(content).toString('latin1')
  const lines = text.endsWith('\n') ? text.slice(0, -1).split('\n') : text.split('\n')
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1)
  return counts
}

function surplus(of: Map<string, number>, over: Map<string, number>): number {
  let total = 0
  for (const [line, count] of of) total += Math.max(0, count - (over.get(line) ?? 0))
  return total
}
