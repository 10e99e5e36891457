import { CommandError } from '../../process/run-command.ts'
import type { Git } from '../git-command.ts'

/** A file of a commit as it was found. What is there and cannot be read as one is told apart from nothing. */
export type FoundText =
  | { readonly kind: 'none' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'unreadable'; readonly why: string }

const maxBytes = 1024 * 1024

/** Of the repository at `gitDir`. Never throws for an odd repository. */
export async function readText(
  git: Git,
  gitDir: string,
  { sha, path }: { readonly sha: string; readonly path: string },
  signal: AbortSignal,
): Promise<FoundText> {
  const ask = (...args: readonly string[]) => git([`--git-dir=${gitDir}`, ...args], { signal, maxBytes })
  try {
    const entry = (await ask('--literal-pathspecs', 'ls-tree', '-z', sha, '--', path)).toString('utf8')
    if (entry === '') return { kind: 'none' }
    const [mode, , id] = entry.split(/[ \t\0]/)
    if (!mode?.startsWith('100') || id === undefined) return { kind: 'unreadable', why: 'is no plain file' }
    return { kind: 'text', text: (await ask('cat-file', 'blob', id)).toString('utf8') }
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    const why = error.code === 'output-limit' ? `is larger than ${maxBytes} bytes` : 'cannot be read by git'
    return { kind: 'unreadable', why }
  }
}
