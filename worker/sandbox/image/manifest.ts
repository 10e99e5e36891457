import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

/** What a built image is, kept beside it as manifest.json. Names no mirror, registry or path of the builder. */
export const manifestSchema = z.strictObject({
  version: z.literal(1),
  name: z.string(),
  /** SHA-256 of root.tar. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  /** SHA-256 of the recipe: the same recipe may give another image once the mirrors have other packages. */
  recipe: z.string().regex(/^[0-9a-f]{64}$/),
  /** As Debian calls it: amd64, arm64. */
  architecture: z.string(),
  bytes: z.int().positive(),
  env: z.record(z.string(), z.string()),
  /** Version by package: what was taken from the mirror, as no description pins it. */
  debian: z.record(z.string(), z.string()),
  /** `name@version`, of lockfiles and of what mise installed; a package may be there in several versions. */
  npm: z.array(z.string()),
  /** Version by tool, of those that mise installed. */
  mise: z.record(z.string(), z.string()).default({}),
})
export type Manifest = z.infer<typeof manifestSchema>

export const imageFiles = {
  tar: 'root.tar',
  rootfs: 'rootfs',
  manifest: 'manifest.json',
  sbom: 'sbom.spdx.json',
} as const

/** Null if there is none, or none that this version understands. */
export async function readManifest(folder: string): Promise<Manifest | null> {
  const text = await readFile(join(folder, imageFiles.manifest), 'utf8').catch(() => null)
  if (text === null) return null
  try {
    return manifestSchema.parse(JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return null
    throw error
  }
}
