import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SandboxError } from '../../pipeline/ports/index.ts'
import { runCommand } from '../../process/run-command.ts'
import { newerFlags, runscFlags } from './runsc-flags.ts'
import { type Platform, tryPlatform } from './try-platform.ts'

/** The runsc of this host, and how it is talked to. */
export interface Runsc {
  readonly path: string
  readonly version: string
  readonly platform: Platform
  /** A folder beside it with the rest of the program; null where it is one file. */
  readonly sidecars: string | null
  /** For one container; `socket` where the broker's is shown in it. */
  flags(use: { readonly socket: boolean; readonly trace: string }): readonly string[]
}

/** Best first. KVM is tried where anybody may open it: what runs runsc is nobody. */
const platforms: readonly Platform[] = ['kvm', 'systrap', 'ptrace']

/** Asks a runsc what it is, and finds the platform on which a guest really runs to its end. */
export async function readRunsc(path: string, bwrap: string): Promise<Runsc> {
  const version = /runsc version (?:release-)?(\S{1,64})/.exec(await askVersion(path))?.[1] ?? 'unknown'
  const knows = await Promise.all(newerFlags.map((flag) => knowsFlag(path, flag)))
  const known = newerFlags.filter((_, index) => knows[index])
  const beside = join(dirname(path), 'gvisor-bin')
  const sidecars = existsSync(beside) ? beside : null
  for (const platform of platforms) {
    const flags: Runsc['flags'] = (use) => runscFlags(known, { ...use, platform })
    if (await tryPlatform({ runsc: { path, platform, sidecars, flags }, bwrap }))
      return { path, version, platform, sidecars, flags }
  }
  const tried = platforms.join(', ')
  throw new SandboxError('unavailable', `${path} ${version} runs no guest to its end here (tried: ${tried})`)
}

async function askVersion(path: string, ...flags: readonly string[]): Promise<string> {
  try {
    return (await runCommand([path, ...flags, '--version'], { timeoutMs: 10_000 })).stdout.toString('utf8')
  } catch (error) {
    throw new SandboxError('unavailable', `${path} does not tell its version`, { cause: error })
  }
}

/** A flag that runsc does not know ends it at once. */
const knowsFlag = (path: string, flag: string) =>
  askVersion(path, flag).then(
    () => true,
    () => false,
  )
