import { constants } from 'node:fs'
import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { miseRoot } from './mise-tools.ts'
import type { NpmPackage } from './read-npm-packages.ts'

const packageSchema = z.looseObject({
  name: z.string().min(1),
  version: z.string().min(1),
  license: z.string().optional().catch(undefined),
})

/** The file of a package itself, and not one of another kind somewhere inside of it. */
const ofPackage = /(^|\/)node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/

/** Every npm package that tools by mise brought along: no lockfile names them, so it is all that lie there. */
export async function readMisePackages(rootfs: string): Promise<readonly NpmPackage[]> {
  const folder = join(rootfs, miseRoot, 'installs')
  const found: NpmPackage[] = []
  for await (const file of glob('**/node_modules/**/package.json', { cwd: folder })) {
    if (!ofPackage.test(file)) continue
    const parsed = packageSchema.safeParse(await readJson(join(folder, file)))
    if (!parsed.success) continue
    const { name, version, license = null } = parsed.data
    found.push({ name, version, license, integrity: null })
  }
  return found
}

/** Null for what is no such file: a link might lead out of the image. */
async function readJson(path: string): Promise<unknown> {
  const flag = constants.O_RDONLY | constants.O_NOFOLLOW
  const text = await readFile(path, { encoding: 'utf8', flag }).catch(() => 'null')
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
