import { z } from 'zod'
import { plainName } from '../contract/index.ts'
import type { RegistryLicense } from '../pipeline/ports/index.ts'
import { compareDigests } from './compare-content.ts'
import type { Place } from './http-reader.ts'
import { readJson } from './read-json.ts'
import { missing, type Registry, ShapeError } from './registry.ts'

const text = z.string().nullish()
const documentSchema = z.object({
  info: z.object({
    name: z.string(),
    version: z.string(),
    license_expression: text,
    license: text,
    classifiers: z.array(z.string()).max(1000).nullish(),
  }),
  urls: z.array(z.object({ digests: z.record(z.string(), z.string()) })).max(5000),
})
type Info = z.infer<typeof documentSchema>['info']

/** A longer one is a whole text that somebody put where its name belongs. */
const longestName = 120
const classifier = /^License :: (?:OSI Approved :: )?(.{1,200})$/

/** The description of one version, and the digests of all its files. */
export function createPypiRegistry(place: Place): Registry {
  return {
    async ask({ name, version, integrity }, reader) {
      const path = `pypi/${encodeURIComponent(name)}/${encodeURIComponent(version)}/json`
      const document = await readJson(reader, place, path, documentSchema)
      if (document === null) return missing
      const { info, urls } = document
      if (plainName('pypi', info.name) !== name || !isSameVersion(info.version, version))
        throw new ShapeError('another version')
      const known = urls.flatMap(({ digests }) => Object.entries(digests).map(([kind, digest]) => `${kind}:${digest}`))
      return { kind: 'found', license: licenseOf(info), content: compareDigests(integrity, known) }
    },
  }
}

function licenseOf(info: Info): RegistryLicense {
  if (info.license_expression) return { kind: 'expression', expression: info.license_expression }
  const said = info.license?.trim() ?? ''
  const written = said.length > 0 && said.length <= longestName && !said.includes('\n') ? [said] : []
  const classified = (info.classifiers ?? []).flatMap((line) => classifier.exec(line)?.[1] ?? [])
  const names = [...written, ...classified.filter((name) => name !== 'OSI Approved')]
  if (names.length > 0) return { kind: 'names', names }
  return said === '' ? { kind: 'none' } : { kind: 'text', text: said }
}

/** `1.0` and `1.0.0` are one version to Python. */
function isSameVersion(a: string, b: string): boolean {
  const plain = (version: string) =>
    version
      .toLowerCase()
      .replace(/^v/, '')
      .replace(/(?:\.0)+$/, '')
  return plain(a) === plain(b)
}
