import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'

/** What class process starts on the host. */
export const requiredPrograms = ['bwrap', 'setpriv', 'mkfifo', 'du', 'sh', 'bash', 'perl'] as const
export type Program =
  | (typeof requiredPrograms)[number]
  | ('strace' | 'taskset' | 'runsc' | 'qemu-system-x86_64' | 'mkfs.erofs' | 'mke2fs' | 'find')

/** The Debian package that brings each. */
const packageOf: Readonly<Record<Program, string>> = {
  bwrap: 'bubblewrap',
  setpriv: 'util-linux',
  taskset: 'util-linux',
  mkfifo: 'coreutils',
  du: 'coreutils',
  sh: 'dash',
  bash: 'bash',
  perl: 'perl-base',
  strace: 'strace',
  runsc: 'runsc',
  'qemu-system-x86_64': 'qemu-system-x86',
  'mkfs.erofs': 'erofs-utils',
  mke2fs: 'e2fsprogs',
  find: 'findutils',
}

/** System folders only: a PATH that somebody else had a hand in must not choose what runs outside the sandbox. */
const folders = ['/usr/bin', '/bin', '/usr/sbin', '/sbin']

/** Absolute paths of those of these programs that are there. */
export async function findPrograms(wanted: readonly Program[]): Promise<ReadonlyMap<Program, string>> {
  const found = new Map<Program, string>()
  for (const program of wanted) {
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

/** What to tell an operator who lacks these. */
export function missingText(missing: readonly Program[]): string {
  const packages = [...new Set(missing.map((program) => packageOf[program]))]
  return `${missing.join(', ')} not found: apt-get install -y ${packages.join(' ')}`
}
