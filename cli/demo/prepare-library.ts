import { createHash } from 'node:crypto'
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AgentName } from '../../worker/contract/index.ts'
import {
  brokenVersion,
  demoPolicy,
  failingTestFile,
  mendedVersion,
  type PackageVersion,
  testRunner,
} from './library.ts'

/** Runs a program to its end; rejects for any end but exit 0. The caller gives environment and time limit. */
export type Run = (argv: readonly string[], options: { readonly cwd: string }) => Promise<unknown>

/** A package is not the one that was pinned. Nothing of it was unpacked. */
export class LibraryIntegrityError extends Error {
  override readonly name = 'LibraryIntegrityError'
  readonly code = 'integrity'
  readonly retryable = false
  readonly package: string
  readonly actual: string

  constructor({ name, version }: PackageVersion, actual: string) {
    super(`${name}@${version} is not the package that was expected: it has ${actual}`)
    this.package = name
    this.actual = actual
  }
}

/**
 * Lays out the repository's first commit in `dir`, an empty folder: the version with the bug, the test that shows
 * it, a lockfile and the policy. From npm's own registry settings; what comes is checked before it is unpacked.
 */
export async function prepareLibrary(dir: string, run: Run, agent: AgentName = 'pi'): Promise<void> {
  const temporary = await mkdtemp(join(tmpdir(), 'airlock-demo-'))
  try {
    const [broken, mended] = await Promise.all([
      download(brokenVersion, temporary, run),
      download(mendedVersion, temporary, run),
    ])
    await run(['tar', '-xzf', broken, '-C', dir, '--strip-components=1', '--no-same-owner'], { cwd: dir })
    await run(['tar', '-xzf', mended, '-C', temporary, `package/${failingTestFile}`], { cwd: dir })
    await copyFile(join(temporary, 'package', failingTestFile), join(dir, failingTestFile))
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
  await lock(dir, run)
  await writeFile(join(dir, '.gitignore'), 'node_modules/\n')
  await mkdir(join(dir, '.github'))
  await writeFile(join(dir, '.github', 'airlock.yml'), demoPolicy(agent))
}

async function download(wanted: PackageVersion, folder: string, run: Run): Promise<string> {
  const { name, version, integrity } = wanted
  await run(['npm', 'pack', `${name}@${version}`, '--pack-destination', folder, '--silent'], { cwd: folder })
  const path = join(folder, `${name}-${version}.tgz`)
  const actual = `sha512-${createHash('sha512')
    .update(await readFile(path))
    .digest('base64')}`
  if (actual !== integrity) throw new LibraryIntegrityError(wanted, actual)
  return path
}

/** Writes a lockfile with the small test runner, and leaves the library's own manifest as it was published. */
async function lock(dir: string, run: Run): Promise<void> {
  const manifest = join(dir, 'package.json')
  const published = await readFile(manifest)
  // No address of a registry in it: an installation asks whichever one it is set up for.
  const flags = [
    '--package-lock-only',
    '--ignore-scripts',
    '--omit-lockfile-registry-resolved',
    '--no-audit',
    '--no-fund',
  ]
  await run(['npm', 'install', ...flags, '--save-dev', '--save-exact', testRunner], { cwd: dir })
  await writeFile(manifest, published)
  await run(['npm', 'install', ...flags], { cwd: dir })
}
