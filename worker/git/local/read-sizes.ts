import type { Git } from '../git-command.ts'
import { UnreadableError } from './local-change.ts'

/** Bytes of each blob, by its id. Throws where one is missing: a partial or broken repository. */
export async function readSizes(
  git: Git,
  gitDir: string,
  shas: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, number>> {
  const wanted = [...new Set(shas)]
  if (wanted.length === 0) return new Map()
  const output = await git([`--git-dir=${gitDir}`, 'cat-file', '--batch-check'], {
    input: `${wanted.join('\n')}\n`,
    maxBytes: wanted.length * 80,
    signal,
  })
  const lines = output.toString('latin1').split('\n').filter(Boolean)
  return new Map(lines.map((line) => sizeOf(line.split(' '))))
}

function sizeOf([sha = '', type = '', size = '']: readonly string[]): [string, number] {
  if (type !== 'blob') throw new UnreadableError(`object ${sha} is ${type === 'missing' ? 'not there' : type}`)
  return [sha, Number(size)]
}
