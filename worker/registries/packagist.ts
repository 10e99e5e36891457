import { z } from 'zod'
import { composerBinding } from '../contract/index.ts'
import type { RegistryAnswer, RegistryLicense } from '../pipeline/ports/index.ts'
import type { Place } from './http-reader.ts'
import { readJson } from './read-json.ts'
import { missing, type Registry } from './registry.ts'

const binding = z.object({ url: z.string(), reference: z.string().nullish(), shasum: z.string().nullish() })
const versionSchema = z.record(z.string(), z.unknown())
const documentSchema = z.object({
  packages: z.record(z.string(), z.array(versionSchema).max(20_000)),
  minified: z.string().optional(),
})
const licenseSchema = z.array(z.string().max(1000)).max(100)

/** All versions of a package in one document, each as what it changes of the one above it. */
export function createPackagistRegistry(place: Place): Registry {
  return {
    async ask({ name, version, integrity }, reader) {
      const [vendor = '', project = ''] = name.split('/')
      const path = `p2/${encodeURIComponent(vendor)}/${encodeURIComponent(project)}.json`
      const document = await readJson(reader, place, path, documentSchema)
      const own = document === null ? undefined : findVersion(document.packages[name] ?? [], version, document.minified)
      if (own === undefined) return missing
      return { kind: 'found', license: licenseOf(own.license), content: compareBindings(integrity, own) }
    },
  }
}

function findVersion(versions: readonly Record<string, unknown>[], wanted: string, minified: string | undefined) {
  let whole: Record<string, unknown> = {}
  for (const version of versions) {
    const merged: Record<string, unknown> = minified === undefined ? version : { ...whole, ...version }
    whole = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== '__unset'))
    if (typeof whole.version === 'string' && plain(whole.version) === plain(wanted)) return whole
  }
  return undefined
}

function plain(version: string): string {
  return version.replace(/^v/, '')
}

/** Composer's list is a choice. */
function licenseOf(value: unknown): RegistryLicense {
  const parsed = licenseSchema.safeParse(value)
  if (!parsed.success || parsed.data.length === 0) return { kind: 'none' }
  const [only = '', ...more] = parsed.data
  const expression = more.length === 0 ? only : parsed.data.map((one) => `(${one})`).join(' OR ')
  return { kind: 'expression', expression }
}

function compareBindings(
  locked: readonly string[],
  own: Record<string, unknown>,
): Extract<RegistryAnswer, { kind: 'found' }>['content'] {
  const known = new Set((['dist', 'source'] as const).flatMap((kind) => bindingOf(kind, own[kind])))
  if (locked.length === 0 || known.size === 0) return 'unsaid'
  return locked.every((one) => known.has(one)) ? 'same' : 'other'
}

function bindingOf(kind: 'dist' | 'source', value: unknown): string[] {
  const parsed = binding.safeParse(value)
  if (!parsed.success) return []
  const { url, reference = null, shasum = null } = parsed.data
  return [composerBinding(kind, { url, reference, shasum })]
}
