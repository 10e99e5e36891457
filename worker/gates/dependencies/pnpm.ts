import { type DependencyFile, type FoundPackage, found } from './found-package.ts'
import { type Block, readIndented, scalarAt } from './indented.ts'

export const pnpmFiles: readonly DependencyFile[] = [
  {
    ecosystem: 'npm',
    paths: /(?:^|\/)pnpm-lock\.ya?ml$/i,
    kind: 'lockfile',
    read(text) {
      const blocks = readIndented(text, 'yaml')
      if (blocks === null || !/^\d/.test(scalarAt(blocks, 'lockfileVersion') ?? '')) return null
      const packages = blocks.find(({ key }) => key === 'packages')
      if (packages?.value !== undefined && !/^(?:\{\s*\})?$/.test(packages.value)) return null
      const read = (packages?.children ?? []).map(fromBlock)
      return read.includes(null) ? null : read.flatMap((one) => one ?? [])
    },
  },
]

/** Null where nothing says what would be installed. */
function fromBlock(block: Block): FoundPackage[] | null {
  const resolution = resolutionOf(block)
  if (resolution === null) return null
  const { name, version } = nameOf(block)
  const { integrity = '', tarball, repo, directory, type } = resolution
  if (directory !== undefined || type === 'directory') return []
  const digests = integrity === '' ? [] : [integrity]
  const elsewhere = repo ?? (digests.length === 0 ? (tarball ?? type ?? null) : null)
  const exact = /^\d/.test(version)
  return [found(name, version, { exact, integrity: digests, elsewhere, line: block.line })]
}

/** `resolution: {integrity: sha512-…, tarball: https://…}`, in one line or in several. */
function resolutionOf({ children }: Block): Record<string, string> | null {
  const block = children.find(({ key }) => key === 'resolution')
  if (block === undefined) return null
  if (block.children.length > 0) return Object.fromEntries(block.children.map(({ key, value }) => [key, value]))
  const inner = /^\{(.*)\}$/.exec(block.value)?.[1]
  if (inner === undefined || inner.includes('{')) return null
  const pairs = inner.split(',').map((pair) => /^["']?(\w{1,30})["']?:(.*)$/.exec(pair.trim()))
  if (pairs.includes(null)) return null
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', unquoted(pair?.[2]?.trim() ?? '')]))
}

function unquoted(text: string): string {
  const start = /^["']/.test(text) ? 1 : 0
  return text.slice(start, /["']$/.test(text) && text.length > start ? -1 : undefined)
}

/** `a@1.0.0` and `@s/a@1.0.0(b@2.0.0)`; before version 6 `/a/1.0.0_b@2.0.0`. What comes from elsewhere says both below. */
function nameOf({ key, children }: Block): { name: string; version: string } {
  const [bare = ''] = key.split('(')
  const [, name = bare, version = '?'] =
    /^\/?((?:@[^/@]{1,214}\/)?[^/@]{1,214})@(.{1,500})$/.exec(bare) ??
    /^\/((?:@[^/]{1,214}\/)?[^/]{1,214})\/([^_/]{1,200})(?:_.*)?$/.exec(bare) ??
    []
  return { name: scalarAt(children, 'name') ?? name, version: scalarAt(children, 'version') ?? version }
}
