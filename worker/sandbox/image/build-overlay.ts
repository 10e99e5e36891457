import { chmod, cp, glob, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join, posix } from 'node:path'
import { CommandError, runCommand } from '../../process/run-command.ts'
import { fixedFiles, mountPoints, sourceDateEpoch } from './image-content.ts'
import { ImageError } from './image-error.ts'
import { miseConfig } from './mise-tools.ts'
import { type NpmFolder, npmFiles, type Recipe } from './read-recipe.ts'

export interface OverlayRun {
  readonly env: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  readonly onLine: (line: string) => void
}

/** Where npm folders lie in an image. */
export const npmRoot = 'usr/local/lib/airlock'
const npmTimeoutMs = 15 * 60_000

/** Makes `folder`.tar: what comes over the Debian packages. npm packages are installed by lockfile, without scripts. */
export async function buildOverlay(recipe: Recipe, folder: string, run: OverlayRun): Promise<string> {
  for (const place of [...mountPoints, npmRoot, 'usr/local/bin']) await mkdir(join(folder, place), { recursive: true })
  const config = Object.keys(recipe.mise).length === 0 ? {} : { 'etc/mise/config.toml': miseConfig(recipe.mise) }
  for (const [path, text] of Object.entries({ ...fixedFiles, ...config })) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  // With it, the digest of an image stands for its description too.
  const { name, digest, env } = recipe
  await writeFile(join(folder, 'etc/airlock-image.json'), `${JSON.stringify({ name, recipe: digest, env })}\n`)
  for (const npm of recipe.npm) {
    run.onLine(`npm packages of ${npm.folder}`)
    await installNpm(npm, join(folder, npmRoot, npm.folder), run)
    await linkPrograms(npm, folder)
  }
  const tar = `${folder}.tar`
  const same = ['--sort=name', '--numeric-owner', '--owner=0', '--group=0', `--mtime=@${sourceDateEpoch}`]
  const argv = ['tar', '--create', ...same, '--mode=u+rwX,go+rX,go-w', `--file=${tar}`, `--directory=${folder}`, '.']
  await runCommand(argv, { env: run.env, timeoutMs: npmTimeoutMs, signal: run.signal })
  return tar
}

async function installNpm({ path, folder }: NpmFolder, target: string, run: OverlayRun): Promise<void> {
  await mkdir(target)
  for (const file of npmFiles) await cp(join(path, file), join(target, file)).catch(ignoreMissing)
  const argv = ['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error']
  try {
    await runCommand(argv, { cwd: target, env: run.env, timeoutMs: npmTimeoutMs, signal: run.signal })
  } catch (cause) {
    if (run.signal.aborted) throw new ImageError('cancelled', 'the build was stopped', { cause })
    if (!(cause instanceof CommandError)) throw cause
    throw new ImageError('build-failed', `npm ci failed for ${folder}:\n${cause.stderr}`, { cause })
  }
  // npm notes in here where each package came from: an operator's registry, perhaps with a password.
  for (const file of ['package-lock.json', '.npmrc', 'node_modules/.package-lock.json']) {
    await rm(join(target, file), { force: true })
  }
}

async function linkPrograms({ folder, programs }: NpmFolder, overlay: string): Promise<void> {
  const base = join(overlay, npmRoot, folder)
  for (const [name, pattern] of Object.entries(programs)) {
    const found = await Array.fromAsync(glob(pattern, { cwd: base }))
    const [path] = found
    if (path === undefined || found.length > 1) {
      throw new ImageError(
        'description',
        `npm: ${folder}: ${name}: ${pattern} matches ${found.length} files: name exactly one`,
      )
    }
    await chmod(join(base, path), 0o755)
    await symlink(posix.join('..', 'lib', basename(npmRoot), folder, path), join(overlay, 'usr/local/bin', name))
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
}
