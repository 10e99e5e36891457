import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'

/** What the engine starts on the host. The optional ones make a posture weaker when they are not there. */
export const requiredPrograms = ['bwrap', 'setpriv', 'mkfifo', 'du', 'bash', 'perl'] as const
const optionalPrograms = ['strace'] as const
export type Program = (typeof requiredPrograms)[number] | (typeof optionalPrograms)[number]

/** The Debian package that brings each. */
export const packageOf: Readonly<Record<Program, string>> = {
  bwrap: 'bubblewrap',
  setpriv: 'util-linux',
  mkfifo: 'coreutils',
  du: 'coreutils',
  bash: 'bash',
  perl: 'perl-base',
  strace: 'strace',
}

/** System folders only: a PATH that somebody else had a hand in must not choose what runs outside the sandbox. */
const folders = ['/usr/bin', '/bin', '/usr/sbin', '/sbin']

/** Absolute paths of those programs that are there. */
export async function findPrograms(): Promise<ReadonlyMap<Program, string>> {
  const found = new Map<Program, string>()
  for (const program of [...requiredPrograms, ...optionalPrograms]) {
    for (const path of folders.map((folder) => join(folder, program))) {
      const there = await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
      if (there && !found.has(program)) found.set(program, path)
    }
  }
  return found
}
