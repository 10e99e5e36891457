import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { npmRoot } from './build-overlay.ts'
import { createSbom } from './create-sbom.ts'
import { digestOfFile } from './digest-of-file.ts'
import type { Manifest } from './manifest.ts'
import { parseDpkgStatus } from './parse-dpkg-status.ts'
import { readDebianLicense } from './read-licenses.ts'
import { readMisePackages } from './read-mise-packages.ts'
import { type NpmPackage, readNpmPackages } from './read-npm-packages.ts'
import type { Recipe } from './read-recipe.ts'

/** Looks what is in a root file system that was just built, instead of believing what was asked for. */
export async function takeStock(
  recipe: Recipe,
  tar: string,
  rootfs: string,
): Promise<{ readonly manifest: Manifest; readonly sbom: ReturnType<typeof createSbom> }> {
  const { name, suite, env, mise } = recipe
  const installed = parseDpkgStatus(await readFile(join(rootfs, 'var/lib/dpkg/status'), 'utf8'))
  const debian = await Promise.all(
    installed.map(async (one) => ({ ...one, license: await readDebianLicense(rootfs, one.name, one.source) })),
  )
  const locked = await readNpmPackages(recipe.npm, join(rootfs, npmRoot))
  const npm = merge(locked, await readMisePackages(rootfs))
  const digest = await digestOfFile(tar)
  const manifest: Manifest = {
    version: 1,
    name,
    digest,
    recipe: recipe.digest,
    architecture: debian.find((one) => one.name === 'dpkg')?.architecture ?? 'unknown',
    bytes: (await stat(tar)).size,
    env,
    debian: Object.fromEntries(debian.map((one) => [one.name, one.version])),
    npm: npm.map((one) => `${one.name}@${one.version}`),
    mise,
  }
  return { manifest, sbom: createSbom({ name, suite, digest, debian, npm, mise }) }
}

/** By name and version; of what is there twice, the one that a lockfile gave the digest of. */
function merge(locked: readonly NpmPackage[], byMise: readonly NpmPackage[]): readonly NpmPackage[] {
  const byName = new Map([...byMise, ...locked].map((one) => [`${one.name}@${one.version}`, one]))
  return [...byName].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, one]) => one)
}
