import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { npmRoot } from './build-overlay.ts'
import { createSbom } from './create-sbom.ts'
import type { Manifest } from './manifest.ts'
import { parseDpkgStatus } from './parse-dpkg-status.ts'
import { readDebianLicense } from './read-licenses.ts'
import { readNpmPackages } from './read-npm-packages.ts'
import type { Recipe } from './read-recipe.ts'

/** Looks what is in a root file system that was just built, instead of believing what was asked for. */
export async function takeStock(
  recipe: Recipe,
  tar: string,
  rootfs: string,
): Promise<{ readonly manifest: Manifest; readonly sbom: ReturnType<typeof createSbom> }> {
  const { name, env } = recipe
  const installed = parseDpkgStatus(await readFile(join(rootfs, 'var/lib/dpkg/status'), 'utf8'))
  const debian = await Promise.all(
    installed.map(async (one) => ({ ...one, license: await readDebianLicense(rootfs, one.name, one.source) })),
  )
  const npm = await readNpmPackages(recipe.npm, join(rootfs, npmRoot))
  const digest = await digestOf(tar)
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
  }
  return { manifest, sbom: createSbom({ name, digest, debian, npm }) }
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}
