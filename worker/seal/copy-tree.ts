import { chmod, rename } from 'node:fs/promises'
import { runCommand } from '../process/run-command.ts'
import { removeTree } from './remove-tree.ts'

const options = { env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' }, timeoutMs: 600_000 } as const

/**
 * Copies a folder with modes, times and links among its own files; symlinks stay symlinks. Never a hard link to the
 * original, and no extended attributes: those were not searched. `to` must not exist.
 */
export async function copyTree(from: string, to: string, signal: AbortSignal): Promise<void> {
  const kinds = '--preserve=mode,timestamps,links'
  await runCommand(['cp', '--recursive', '--no-dereference', kinds, '--reflink=auto', '-T', from, to], {
    ...options,
    signal,
  })
  await chmod(to, 0o700)
}

export async function giveTree(
  folder: string,
  owner: { uid: number; gid: number },
  signal: AbortSignal,
): Promise<void> {
  const who = `${owner.uid}:${owner.gid}`
  await runCommand(['chown', '--recursive', '--no-dereference', '-P', who, folder], { ...options, signal })
}

/** Moves a folder; where it is on another file system, copies it and removes the original. */
export async function moveTree(from: string, to: string, signal: AbortSignal): Promise<void> {
  // Moving a folder writes into it, and the sandbox may have taken that right away.
  await chmod(from, 0o700)
  try {
    await rename(from, to)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EXDEV')) throw error
    await copyTree(from, to, signal)
    await removeTree(from)
  }
}
