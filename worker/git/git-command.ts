import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '../process/run-command.ts'

export interface GitOptions {
  readonly input?: string | Uint8Array
  readonly env?: Readonly<Record<string, string>>
  /** Settings for this run alone, by full key. They travel in the environment: see access-options.ts. */
  readonly config?: readonly (readonly [string, string])[]
  readonly timeoutMs?: number
  readonly maxBytes?: number
  /** Run as somebody else; only root can. */
  readonly uid?: number
  readonly gid?: number
  readonly signal: AbortSignal
}

/** Runs git with a closed environment. Throws CommandError for any end but exit 0. */
export type Git = (args: readonly string[], options: GitOptions) => Promise<Buffer>

const harmlessFaults = [
  'badDate',
  'badDateOverflow',
  'badEmail',
  'badName',
  'badTimezone',
  'missingEmail',
  'missingNameBeforeEmail',
  'missingSpaceBeforeDate',
  'missingSpaceBeforeEmail',
  'multipleAuthors',
  'zeroPaddedDate',
  'zeroPaddedFilemode',
]

/**
 * What holds for every git that the host starts. No configuration of the machine's, of a user's or of a repository's
 * may add a program (hooks, fsmonitor, filters, credential helpers, transports), and nothing is asked at a terminal.
 */
const settings: readonly (readonly [string, string])[] = [
  ['safe.directory', '*'],
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.attributesFile', '/dev/null'],
  ['core.excludesFile', '/dev/null'],
  ['core.protectHFS', 'true'],
  ['core.protectNTFS', 'true'],
  ['core.symlinks', 'true'],
  ['credential.helper', ''],
  ['protocol.ext.allow', 'never'],
  ['http.followRedirects', 'false'],
  ['http.lowSpeedLimit', '1000'],
  ['http.lowSpeedTime', '30'],
  ['submodule.recurse', 'false'],
  ['fetch.recurseSubmodules', 'false'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['transfer.fsckObjects', 'true'],
  // Old but harmless faults of many real repositories. What could fool a checkout stays an error.
  ...harmlessFaults.map((fault) => [`fetch.fsck.${fault}`, 'warn'] as const),
]

/** `home` becomes the parent of an empty folder that git takes for $HOME. A cancelled run throws the signal's reason. */
export function createGit(program: string, home: string): Git {
  return async (args, options) => {
    const { config, env, signal, ...rest } = options
    const empty = join(home, 'empty')
    await mkdir(empty, { recursive: true, mode: 0o755 })
    try {
      const { stdout } = await runCommand([program, ...args], {
        ...rest,
        env: { ...environment(empty), ...configEnv([...settings, ...(config ?? [])]), ...env },
        signal,
      })
      return stdout
    } catch (error) {
      signal.throwIfAborted()
      throw error
    }
  }
}

function environment(home: string): Record<string, string> {
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: home,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOW_PROTOCOL: 'http:https',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
  }
}

/** Git's own way to be configured without a file and without an argument. */
function configEnv(entries: readonly (readonly [string, string])[]): Record<string, string> {
  const env: Record<string, string> = { GIT_CONFIG_COUNT: String(entries.length) }
  for (const [index, [key, value]] of entries.entries()) {
    env[`GIT_CONFIG_KEY_${index}`] = key
    env[`GIT_CONFIG_VALUE_${index}`] = value
  }
  return env
}
