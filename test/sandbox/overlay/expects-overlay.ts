import { existsSync, readFileSync, statfsSync } from 'node:fs'
import { release, tmpdir } from 'node:os'

/** f_type of ext4, XFS and Btrfs: file systems whose mounts can map users, and that may lie above in an overlay. */
const fitting = [0xef53, 0x58465342, 0x9123683e]
const sysAdmin = 1n << 21n

/** The kernels that can change a mount before it is placed, and those that can map the users of an overlay's layers. */
const kernels = { ordinary: '5.12', root: '5.19' } as const
const apparmor = '/proc/sys/kernel/apparmor_restrict_unprivileged_userns'

/**
 * Whether a worker that is root, or is not, has to show snapshots through overlays: told by the user, the capability,
 * the kernel's version and the file system, so that a mount that fails is not taken for one that cannot be had.
 */
export function expectsOverlay(isRoot = process.getuid?.() === 0): boolean {
  const held = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'
  const isAllowed = isRoot ? (BigInt(`0x${held}`) & sysAdmin) !== 0n : !isRestricted()
  const oldest = isRoot ? kernels.root : kernels.ordinary
  return isAllowed && isAtLeast(oldest) && fitting.includes(statfsSync(tmpdir()).type)
}

function isAtLeast(oldest: string): boolean {
  const [wantedMajor = 0, wantedMinor = 0] = oldest.split('.').map(Number)
  const [major = 0, minor = 0] = release().split('.').map(Number)
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
}

/** Whether AppArmor keeps ordinary users from having powers in namespaces of their own. */
function isRestricted(): boolean {
  return existsSync(apparmor) && readFileSync(apparmor, 'utf8').trim() === '1'
}
