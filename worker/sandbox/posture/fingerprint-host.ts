import { createHash } from 'node:crypto'
import { type BigIntStats, readdirSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { arch, release, version } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What an engine's posture depends on besides the kernel and this code. */
export interface FingerprintParts {
  /** Absolute paths: programs, sockets, devices. One that is not there counts as that. */
  readonly paths: readonly string[]
  /** Its configuration, and the digests of the images that there are. */
  readonly facts: unknown
}

/** What builds the walls, and tries them: a posture that another version of it took says nothing. */
const sources = fileURLToPath(new URL('..', import.meta.url))
/** Where a process may be limited, whether namespaces may be made, and since when this kernel has run. */
const texts = [
  '/proc/self/cgroup',
  '/proc/sys/kernel/random/boot_id',
  '/proc/sys/kernel/unprivileged_userns_clone',
  '/proc/sys/user/max_user_namespaces',
  '/proc/sys/kernel/apparmor_restrict_unprivileged_userns',
]

/** One text for all of it, that differs when any of it does. A program that is replaced has another inode or time. */
export async function fingerprintHost({ paths, facts }: FingerprintParts): Promise<string> {
  const code = readdirSync(sources, { recursive: true, encoding: 'utf8' }).sort()
  const files = [...paths, ...code.map((name) => join(sources, name))]
  const parts = [
    [arch(), release(), version(), process.version, process.getuid?.() ?? null],
    await Promise.all(texts.map((path) => readFile(path, 'utf8').catch(() => null))),
    await Promise.all(files.map(async (path) => [path, await identityOf(path)])),
    facts,
  ]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

async function identityOf(path: string): Promise<string | null> {
  const found: BigIntStats | null = await stat(path, { bigint: true }).catch(() => null)
  return found === null || found.isDirectory() ? null : [found.dev, found.ino, found.size, found.ctimeNs].join(':')
}
