import { z } from 'zod'
import { parseDocument } from '../change/parse-document.ts'

const textMap = z.record(z.string(), z.string())

/** One installed package as npm writes it down, in lockfile versions 2 and 3, and below `dependencies` in 1 and 2. */
const entrySchema = z.object({
  name: z.string().optional(),
  version: z.string().optional(),
  resolved: z.union([z.string(), z.boolean()]).optional(),
  integrity: z.string().optional(),
  license: z.unknown().optional(),
  link: z.boolean().optional(),
  inBundle: z.boolean().optional(),
  hasInstallScript: z.boolean().optional(),
  dependencies: textMap.optional(),
  devDependencies: textMap.optional(),
  optionalDependencies: textMap.optional(),
  peerDependencies: textMap.optional(),
})
export type LockEntry = z.infer<typeof entrySchema>

const legacyEntrySchema = z.object({
  version: z.string().optional(),
  resolved: z.union([z.string(), z.boolean()]).optional(),
  integrity: z.string().optional(),
  bundled: z.boolean().optional(),
  dependencies: z.record(z.string(), z.unknown()).optional(),
})

const lockfileSchema = z.object({
  packages: z.record(z.string(), entrySchema).optional(),
  dependencies: z.record(z.string(), z.unknown()).optional(),
})

/** A `package-lock.json` or `npm-shrinkwrap.json`. Keys are places in the tree, such as `node_modules/a`. */
export interface Lockfile {
  /** What npm 7 and later obey; the root project is at the empty place. Null in version 1. */
  readonly packages: ReadonlyMap<string, LockEntry> | null
  /** What npm 6 and earlier obey. Empty in version 3. */
  readonly legacy: ReadonlyMap<string, LockEntry>
}

/** Null for what is no lockfile that npm would obey. */
export function readLockfile(text: string): Lockfile | null {
  const document = parseDocument(text, 'json')
  const parsed = document.ok ? lockfileSchema.safeParse(document.value) : null
  if (!parsed?.success || (!parsed.data.packages && !parsed.data.dependencies)) return null
  const legacy = new Map<string, LockEntry>()
  if (!addLegacy(legacy, parsed.data.dependencies ?? {}, '')) return null
  return { packages: parsed.data.packages ? new Map(Object.entries(parsed.data.packages)) : null, legacy }
}

/** The entries that the npm of today obeys. */
export function entriesOf(lockfile: Lockfile): ReadonlyMap<string, LockEntry> {
  return lockfile.packages ?? lockfile.legacy
}

/** The package's name by its place: what `require` finds it by. */
export function nameAt(place: string): string | null {
  const at = place.lastIndexOf('node_modules/')
  return at === -1 ? null : place.slice(at + 'node_modules/'.length)
}

function addLegacy(entries: Map<string, LockEntry>, tree: Readonly<Record<string, unknown>>, below: string): boolean {
  for (const [name, value] of Object.entries(tree)) {
    const parsed = legacyEntrySchema.safeParse(value)
    if (!parsed.success) return false
    const { bundled, dependencies, ...entry } = parsed.data
    const place = `${below}node_modules/${name}`
    entries.set(place, { ...entry, ...(bundled === undefined ? {} : { inBundle: bundled }) })
    if (!addLegacy(entries, dependencies ?? {}, `${place}/`)) return false
  }
  return true
}
