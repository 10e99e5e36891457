import { PackageURL } from 'packageurl-js'
import { z } from 'zod'

/** Families of packages, by the type that a package URL has for them. */
export const ecosystems = ['npm', 'pypi', 'cargo', 'golang', 'gem', 'composer', 'maven'] as const
export type Ecosystem = (typeof ecosystems)[number]

/** What each registry takes for a name. No slash, dot, `%` or `#` of a name leads out of its place in an address. */
const names: Readonly<Record<Ecosystem, RegExp>> = {
  npm: /^(?:@[A-Za-z0-9~-][\w.~-]*\/)?[A-Za-z0-9~-][\w.~-]*$/,
  pypi: /^[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?$/,
  cargo: /^[A-Za-z][\w-]*$/,
  golang: /^[A-Za-z0-9][A-Za-z0-9.-]*\.[A-Za-z]+(?:\/[\w~-][\w.~-]*)+$/,
  gem: /^[A-Za-z0-9_][\w.-]*$/,
  composer: /^[a-z0-9][a-z0-9_.-]*\/[a-z0-9][a-z0-9_.-]*$/,
  maven: /^[A-Za-z0-9_][\w.-]*:[A-Za-z0-9_][\w.-]*$/,
}
const longestName = 214

/** One version of one package, whose name and version are safe in an address. */
export const packageVersionSchema = z
  .strictObject({
    ecosystem: z.enum(ecosystems),
    name: z.string().max(longestName),
    version: z.string().regex(/^[A-Za-z0-9][\w.+!~-]{0,127}$/),
    /** What the lockfile binds the content by, in the ecosystem's own words. Empty: by nothing. */
    integrity: z.array(z.string().max(1000)).max(500),
  })
  .refine(({ ecosystem, name }) => names[ecosystem].test(name), 'no name that this registry takes')
export type PackageVersion = z.infer<typeof packageVersionSchema>

/** By what an answer is found again: the same package, version and content. */
export function keyOfPackage({ ecosystem, name, version, integrity }: PackageVersion): string {
  return JSON.stringify([ecosystem, name, version, [...integrity].sort()])
}

/** Names that a registry takes for one: Python's are the same whatever the case, and with `_` or `.` for `-`. */
export function plainName(ecosystem: Ecosystem, name: string): string {
  if (ecosystem === 'pypi') return name.toLowerCase().replaceAll(/[-_.]+/g, '-')
  return ecosystem === 'composer' ? name.toLowerCase() : name
}

export interface PackagePattern {
  readonly ecosystem: Ecosystem
  readonly name: string
  /** Null: every version. */
  readonly version: string | null
}

/** `pkg:npm/%40scope/name@1.0.0` as what it means here; null for what is no package URL of a known ecosystem. */
export function parsePackageUrl(text: string): PackagePattern | null {
  const url = readPackageUrl(text)
  const ecosystem = ecosystems.find((known) => known === url?.type)
  if (url === null || ecosystem === undefined || url.qualifiers !== undefined || url.subpath !== undefined) return null
  const separator = ecosystem === 'maven' ? ':' : '/'
  const name = [url.namespace, url.name].filter((part) => part !== undefined && part !== null).join(separator)
  return { ecosystem, name: plainName(ecosystem, name), version: url.version ?? null }
}

/** The parser throws for all that is no package URL. */
function readPackageUrl(text: string): PackageURL | null {
  try {
    return PackageURL.fromString(text)
  } catch {
    return null
  }
}

/** What composer would fetch of a package, as its lockfile's and its registry's word are compared: all of it together. */
export function composerBinding(
  kind: 'dist' | 'source',
  { url, reference, shasum }: Readonly<Record<'url' | 'reference' | 'shasum', string | null>>,
): string {
  return [kind, url, reference ?? '', shasum ?? ''].join(' ')
}
