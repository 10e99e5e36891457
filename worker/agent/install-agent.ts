import { createHash } from 'node:crypto'
import { access, chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AgentInstallError } from '../pipeline/ports/index.ts'
import type { InstallableAgent } from './agent-adapter.ts'

/** Runs a program to its end; rejects for any end but exit 0. The caller gives environment and time limit. */
export type Run = (argv: readonly string[], options: { readonly cwd: string }) => Promise<unknown>

const pinnedFolder = fileURLToPath(new URL('../../sandbox-images/agents/', import.meta.url))
const staleMs = 60 * 60 * 1000

/**
 * The folder with an agent's program, installed by its lockfile when it is not there yet; null where nothing is to
 * be installed. No install script runs. The folder gets its name only when it is whole: a run that was cut short
 * leaves nothing that a later one would take for an installation, and of two at once one wins.
 */
export async function installAgent(
  { name, install }: InstallableAgent,
  dataDir: string,
  run: Run,
): Promise<string | null> {
  if (install === null) return null
  const agentsDir = join(dataDir, 'agents')
  const pinned = join(pinnedFolder, name)
  const target = join(agentsDir, `${name}-${await digestOf(pinned)}`)
  if (await exists(target)) return target

  await mkdir(agentsDir, { recursive: true })
  await removeStale(agentsDir, name)
  const unfinished = await mkdtemp(join(agentsDir, `.${name}-`))
  try {
    for (const file of await readdir(pinned)) await copyFile(join(pinned, file), join(unfinished, file))
    await npmCi(name, unfinished, run)
    if (!(await exists(join(unfinished, install.entry)))) throw new AgentInstallError('entry-missing', name)
    // A sandbox's user is another than the worker's.
    await chmod(unfinished, 0o755)
    await rename(unfinished, target).catch(async (error: unknown) => {
      if (!(await exists(target))) throw error
    })
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
  return target
}

async function npmCi(name: string, cwd: string, run: Run): Promise<void> {
  try {
    await run(['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier'], { cwd })
  } catch (cause) {
    throw new AgentInstallError('npm-failed', name, { cause })
  }
}

/** Names an installation by all that it is made from. */
async function digestOf(folder: string): Promise<string> {
  const hash = createHash('sha256')
  for (const file of (await readdir(folder)).sort()) {
    const content = await readFile(join(folder, file))
    hash.update(`${file}\0${content.length}\0`).update(content)
  }
  return hash.digest('hex').slice(0, 16)
}

/** What a killed run left behind; younger ones may still be at work. */
async function removeStale(agentsDir: string, name: string): Promise<void> {
  for (const entry of await readdir(agentsDir)) {
    if (!entry.startsWith(`.${name}-`)) continue
    const path = join(agentsDir, entry)
    const { mtimeMs } = await stat(path)
    if (Date.now() - mtimeMs > staleMs) await rm(path, { recursive: true, force: true })
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
