import { z } from 'zod'
import { compareDigests } from './compare-content.ts'
import type { Place } from './http-reader.ts'
import { readJson } from './read-json.ts'
import { missing, type Registry, ShapeError } from './registry.ts'

const documentSchema = z.object({
  version: z.object({
    crate: z.string(),
    num: z.string(),
    license: z.string().max(1000).nullish(),
    checksum: z.string().nullish(),
  }),
})

export function createCratesRegistry(place: Place): Registry {
  return {
    async ask({ name, version, integrity }, reader) {
      const path = `api/v1/crates/${encodeURIComponent(name)}/${encodeURIComponent(version)}`
      const document = await readJson(reader, place, path, documentSchema)
      if (document === null) return missing
      const { crate, num, license, checksum } = document.version
      // Cargo takes `-` and `_` for one, and build metadata for no part of a version.
      if (crate.replaceAll('_', '-') !== name.replaceAll('_', '-') || num.split('+')[0] !== version.split('+')[0]) {
        throw new ShapeError('another version')
      }
      const content = compareDigests(integrity, checksum ? [`sha256:${checksum}`] : [])
      if (!license) return { kind: 'found', license: { kind: 'none' }, content }
      // A slash was cargo's word for a choice.
      return { kind: 'found', license: { kind: 'expression', expression: license.replaceAll('/', ' OR ') }, content }
    },
  }
}
