import { readFile, realpath } from 'node:fs/promises'
import { mountPointsBelow } from './mount-points.ts'
import { perlCommand, runPerl } from './run-perl.ts'

/** MNT_DETACH, because what still has a file open must not keep it in place; UMOUNT_NOFOLLOW. */
const script = {
  text: 'my $call = shift; for (@ARGV) { syscall($call + 0, $_, 10) == 0 or die "airlock: unmounting $_: $!\\n" }',
  calls: ['umount2'],
} as const

/**
 * Unmounts everything in a folder, whoever mounted it, before it is removed: removing must not walk into what is shown
 * there. Throws where something stays.
 */
export async function unmountBelow(folder: string): Promise<void> {
  const real = await realpath(folder).catch(() => null)
  if (real === null) return
  const mounted = async () => mountPointsBelow(await readFile('/proc/self/mountinfo', 'utf8'), real)
  const points = await mounted()
  if (points.length === 0) return
  await runPerl(perlCommand(script, points), { timeoutMs: 30_000 })
  const left = await mounted()
  if (left.length > 0) throw new Error(`still mounted in ${folder}: ${left.join(', ')}`)
}
