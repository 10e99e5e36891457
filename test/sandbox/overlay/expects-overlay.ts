import { readFileSync, statfsSync } from 'node:fs'
import { release, tmpdir } from 'node:os'

/** f_type of ext4, XFS and Btrfs: file systems whose mounts can map users, and that may lie above in an overlay. */
const fitting = [0xef53, 0x58465342, 0x9123683e]
const sysAdmin = 1n << 21n

/**
 * Whether a worker that runs as these tests do has to show snapshots through overlays: told by the capability, the
 * kernel's version and the file system, so that a mount that fails is not taken for one that cannot be had.
 */
export function expectsOverlay(): boolean {
  const [major = 0, minor = 0] = release().split('.').map(Number)
  const held = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'
  const isAllowed = process.getuid?.() === 0 && (BigInt(`0x${held}`) & sysAdmin) !== 0n
  return isAllowed && (major > 5 || (major === 5 && minor >= 19)) && fitting.includes(statfsSync(tmpdir()).type)
}
