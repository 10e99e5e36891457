import { posix } from 'node:path'
import { SourceError, type TrustedFile } from '../pipeline/ports/index.ts'
import type { BaseEntry } from './base-tree.ts'
import { blobHash, formatFingerprint } from './fingerprint.ts'
import type { Git } from './git-command.ts'
import { readBlobs } from './read-blobs.ts'
import { decodeName } from './unsafe-name.ts'

const mostBytes = 32 * 1024 * 1024
const mostFiles = 5000
/** A link to a link to a file; more is nobody's honest work. */
const mostLinks = 3

/**
 * Files of a commit with their contents. A symlink becomes a plain file with what it leads to in this very commit:
 * laid out as a link it would lead to whatever another commit has there. One that leads nowhere is left out.
 */
export async function readTrusted(
  git: Git,
  gitDir: string,
  entries: readonly BaseEntry[],
  isWanted: (path: string) => boolean,
  signal: AbortSignal,
): Promise<TrustedFile[]> {
  const read = async (asked: readonly BaseEntry[]) => {
    const bytes = asked.reduce((sum, { size }) => sum + size, 0)
    if (bytes > mostBytes || asked.length > mostFiles) {
      throw new SourceError(
        'too-large',
        `instructions for agents have more than ${mostBytes} bytes or ${mostFiles} files`,
      )
    }
    const shas = [...new Set(asked.map(({ sha }) => sha))]
    return readBlobs(git, gitDir, shas, bytes, signal)
  }
  const byPath = new Map(entries.map((entry) => [entry.path, entry]))
  const wanted = entries.filter(({ path }) => isWanted(decodeName(path) ?? ''))
  const links = new Map(wanted.map((entry) => [entry.path, entry]))
  for (let hop = 0; hop < mostLinks; hop += 1) {
    const left = [...links].filter(([, { mode }]) => mode === '120000')
    const targets = await read(left.map(([, entry]) => entry))
    for (const [path, { path: at, sha }] of left) {
      const target = targets.get(sha)?.toString('latin1') ?? ''
      const next = byPath.get(posix.normalize(posix.join(posix.dirname(at), target)))
      if (next === undefined) links.delete(path)
      else links.set(path, next)
    }
  }
  const files = [...links].filter(([, { mode }]) => mode !== '120000')
  const contents = await read(files.map(([, entry]) => entry))
  return files.flatMap(([path, { sha, mode }]) => trustedFile(decodeName(path), mode, contents.get(sha)))
}

function trustedFile(path: string | null, mode: BaseEntry['mode'], content: Buffer | undefined): TrustedFile[] {
  if (path === null || content === undefined) return []
  const size = content.length
  const fingerprint = formatFingerprint({ mode, size, sha: blobHash(size).update(content).digest('hex') })
  return [{ path, content, fingerprint, executable: mode === '100755' }]
}
