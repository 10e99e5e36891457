import { Buffer } from 'node:buffer'
import { type Dirent, readlinkSync } from 'node:fs'
import type { BaseEntry } from './base-tree.ts'
import { blobHash, formatFingerprint, keptKey } from './fingerprint.ts'
import { readWorkspaceFile } from './read-file.ts'
import { decodeName } from './unsafe-name.ts'
import { WalkEnd } from './walk-end.ts'
import type { WalkedFile, WalkInput } from './walk-result.ts'

/**
 * A file or symlink of the workspace, or null where it is what the base had or what setup left. Content is always
 * compared by hash: sizes and times are the sandbox's to choose. Blocks its thread. Throws WalkEnd.
 */
export function compareFile(
  input: WalkInput,
  path: string,
  entry: Dirent,
  before: BaseEntry | undefined,
  checkTime: () => void,
): WalkedFile | null {
  const known = [
    before === undefined ? undefined : formatFingerprint(before),
    input.kept?.get(keptKey(path, decodeName(path))),
  ].filter((fingerprint) => fingerprint !== undefined)
  if (entry.isSymbolicLink()) return readLink(input.root, path, known)
  if (!entry.isFile()) throw WalkEnd.unsafe(path, `it is ${kindOf(entry)}`)
  return readWorkspaceFile(input.root, path, known, input.budget.fileBytes, checkTime)
}

function readLink(root: string, path: string, known: readonly string[]): WalkedFile | null {
  const name = Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, 'latin1')])
  const target = readlinkSync(name, { encoding: 'buffer' })
  const size = target.length
  const sha = blobHash(size).update(target).digest('hex')
  const link: WalkedFile = { path, mode: '120000', size, sha, content: target, inode: null }
  return known.includes(formatFingerprint(link)) ? null : link
}

function kindOf(entry: Dirent): string {
  if (entry.isFIFO()) return 'a FIFO'
  if (entry.isSocket()) return 'a socket'
  if (entry.isBlockDevice() || entry.isCharacterDevice()) return 'a device'
  return 'of an unknown kind'
}
