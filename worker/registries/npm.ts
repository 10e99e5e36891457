import { z } from 'zod'
import type { RegistryLicense } from '../pipeline/ports/index.ts'
import { compareDigests } from './compare-content.ts'
import type { Place } from './http-reader.ts'
import { readJson } from './read-json.ts'
import { missing, type Registry, ShapeError } from './registry.ts'

const typed = z.object({ type: z.string().max(1000) })
const documentSchema = z.object({
  name: z.string(),
  version: z.string(),
  license: z.unknown().optional(),
  licenses: z.unknown().optional(),
  dist: z.object({ integrity: z.string().optional(), shasum: z.string().optional() }).optional(),
})

/** The document of one version: its manifest, and the digests of its tarball. */
export function createNpmRegistry(place: Place): Registry {
  return {
    async ask({ name, version, integrity }, reader) {
      const path = `${encodeURIComponent(name)}/${encodeURIComponent(version)}`
      const document = await readJson(reader, place, path, documentSchema)
      if (document === null) return missing
      if (document.name !== name || document.version !== version) throw new ShapeError('another version')
      const { integrity: listed, shasum } = document.dist ?? {}
      const known = [...(listed?.split(/\s+/) ?? []), ...(shasum === undefined ? [] : [`sha1:${shasum}`])]
      return { kind: 'found', license: licenseOf(document), content: compareDigests(integrity, known) }
    },
  }
}

/** `"MIT"`, and what npm took in its first years: `{ "type": "MIT" }` and a list of such. */
function licenseOf({ license, licenses }: z.infer<typeof documentSchema>): RegistryLicense {
  const said = license ?? licenses
  const [first, ...more] = Array.isArray(said) ? said.map(wordOf) : [wordOf(said)]
  if (first === undefined || first === null) return { kind: 'none' }
  if (more.length === 0) return { kind: 'expression', expression: first }
  return { kind: 'names', names: [first, ...more.map((one) => one ?? 'an unknown license')] }
}

function wordOf(value: unknown): string | null {
  if (typeof value === 'string') return value.slice(0, 1000)
  const parsed = typed.safeParse(value)
  return parsed.success ? parsed.data.type : null
}
