import type { Buffer } from 'node:buffer'
import type { Git } from './git-command.ts'

const headerBytes = 64

/** Contents of blobs by id, without any filter. `bytes` is what they may have together, known beforehand. */
export async function readBlobs(
  git: Git,
  gitDir: string,
  shas: readonly string[],
  bytes: number,
  signal: AbortSignal,
): Promise<Map<string, Buffer>> {
  const wanted = [...new Set(shas)]
  if (wanted.length === 0) return new Map()
  const output = await git([`--git-dir=${gitDir}`, 'cat-file', '--batch'], {
    input: `${wanted.join('\n')}\n`,
    maxBytes: bytes + wanted.length * headerBytes,
    signal,
  })
  return parseBatch(output)
}

function parseBatch(output: Buffer): Map<string, Buffer> {
  const blobs = new Map<string, Buffer>()
  let position = 0
  while (position < output.length) {
    const lineEnd = output.indexOf(0x0a, position)
    const [sha = '', type = '', size = ''] = output.subarray(position, lineEnd).toString('latin1').split(' ')
    if (type !== 'blob') throw new Error(`object ${sha} is ${type || 'not there'}`)
    const start = lineEnd + 1
    const end = start + Number(size)
    blobs.set(sha, output.subarray(start, end))
    position = end + 1
  }
  return blobs
}
