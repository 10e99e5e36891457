import { z } from 'zod'
import type { RegistryLicense } from '../pipeline/ports/index.ts'
import { compareDigests } from './compare-content.ts'
import type { Place } from './http-reader.ts'
import { readJson } from './read-json.ts'
import { missing, type Registry, ShapeError } from './registry.ts'

const documentSchema = z.object({
  name: z.string(),
  version: z.string().optional(),
  number: z.string().optional(),
  licenses: z.array(z.string().max(1000)).max(100).nullish(),
  sha: z.string().nullish(),
})

export function createRubygemsRegistry(place: Place): Registry {
  return {
    async ask({ name, version, integrity }, reader) {
      // A gem with compiled code is one file per platform: `1.16.0-x86_64-linux`.
      const [number = '', ...platform] = version.split('-')
      const query = platform.length === 0 ? '' : `?platform=${encodeURIComponent(platform.join('-'))}`
      const path = `api/v2/rubygems/${encodeURIComponent(name)}/versions/${encodeURIComponent(number)}.json${query}`
      const document = await readJson(reader, place, path, documentSchema)
      if (document === null) return missing
      if (document.name !== name || (document.version ?? document.number) !== number)
        throw new ShapeError('another version')
      const content = compareDigests(integrity, document.sha ? [`sha256:${document.sha}`] : [])
      return { kind: 'found', license: licenseOf(document.licenses ?? []), content }
    },
  }
}

/** Several are often, but not always, a choice. */
function licenseOf(names: readonly string[]): RegistryLicense {
  const [only, ...more] = names
  if (only === undefined) return { kind: 'none' }
  return { kind: 'names', names: [only, ...more] }
}
