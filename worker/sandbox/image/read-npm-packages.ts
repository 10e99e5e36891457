import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { NpmFolder } from './read-recipe.ts'

/** An npm package as it lies in an image. */
export interface NpmPackage {
  readonly name: string
  readonly version: string
  readonly license: string | null
  /** As npm's lockfile gives it, such as `sha512-…`; null for what came inside another package. */
  readonly integrity: string | null
}

const lockSchema = z.looseObject({
  packages: z.record(
    z.string(),
    z.looseObject({
      name: z.string().optional(),
      version: z.string().optional(),
      license: z.string().optional(),
      integrity: z.string().optional(),
    }),
  ),
})

/** Those of a lockfile that are really installed: it lists other platforms' packages too. */
export async function readNpmPackages(npm: readonly NpmFolder[], installed: string): Promise<readonly NpmPackage[]> {
  const found = new Map<string, NpmPackage>()
  for (const { folder, path } of npm) {
    const lock = lockSchema.parse(JSON.parse(await readFile(join(path, 'package-lock.json'), 'utf8')))
    const present = new Set(
      await Array.fromAsync(glob('node_modules/**/package.json', { cwd: join(installed, folder) })),
    )
    for (const [place, { name, version, license, integrity }] of Object.entries(lock.packages)) {
      if (place === '' || version === undefined || !present.has(`${place}/package.json`)) continue
      // A package that is installed under another name says its own.
      const own = name ?? place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)
      found.set(`${own}@${version}`, { name: own, version, license: license ?? null, integrity: integrity ?? null })
    }
  }
  return [...found.values()].sort((left, right) =>
    `${left.name}@${left.version}` < `${right.name}@${right.version}` ? -1 : 1,
  )
}
