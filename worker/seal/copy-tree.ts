import { chmod, lstat, mkdtemp, rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { runCommand } from '../process/run-command.ts'
import { removeTree } from './remove-tree.ts'

const options = { env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' }, timeoutMs: 600_000 } as const

/**
 * Copies folders with modes, times and links among their own files; symlinks stay symlinks. Never a hard link to the
 * original, and no extended attributes: those were not searched. What is copied must not be in `to` yet.
 */
export async function copyInto(from: string, names: readonly string[], to: string, signal: AbortSignal): Promise<void> {
  const kept = ['--recursive', '--no-dereference', '--preserve=mode,timestamps,links', '--reflink=auto']
  const sources = names.map((name) => join(from, name))
  await runCommand(['cp', ...kept, `--target-directory=${to}`, '--', ...sources], { ...options, signal })
  for (const name of names) await openFolder(join(to, name))
}

async function openFolder(path: string): Promise<void> {
  const facts = await lstat(path)
  if (facts.isDirectory()) await chmod(path, 0o700)
}

export async function giveTree(
  folder: string,
  owner: { uid: number; gid: number },
  signal: AbortSignal,
): Promise<void> {
  const who = `${owner.uid}:${owner.gid}`
  await runCommand(['chown', '--recursive', '--no-dereference', '-P', who, folder], { ...options, signal })
}

/** Moves a folder, file or symlink; from another file system by copying it and removing the original. */
export async function moveTree(from: string, to: string, signal: AbortSignal): Promise<void> {
  // Moving a folder writes into it, and the sandbox may have taken that right away. What a symlink leads to is not ours.
  const facts = await lstat(from)
  if (facts.isDirectory()) await chmod(from, facts.mode | 0o700)
  try {
    await rename(from, to)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EXDEV')) throw error
    const beside = await mkdtemp(`${to}-`)
    await copyInto(dirname(from), [basename(from)], beside, signal)
    await rename(join(beside, basename(from)), to)
    await removeTree(beside)
    await removeTree(from)
  }
}
