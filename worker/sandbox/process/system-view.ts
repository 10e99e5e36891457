import { lstat, readlink } from 'node:fs/promises'
import { join } from 'node:path'

/** How one entry of the host's system folders appears inside. */
export type ViewEntry =
  | { readonly kind: 'link'; readonly target: string; readonly inside: string }
  | { readonly kind: 'read-only'; readonly path: string; readonly inside: string }
  | { readonly kind: 'empty'; readonly inside: string }

/** All that image `host` shows of the machine: programs and libraries. No /home, /root, /var, /run, /srv, /opt. */
const programs = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32']
/** Parts of /etc without which programs fail, and which hold no secret. The rest of /etc is ours. */
const configuration = ['/etc/ssl/certs', '/etc/alternatives']
/** Operators keep tokens here: npm's global npmrc, for one. */
const hidden = ['/usr/local/etc', '/usr/etc']

/** Looks once at what of it this host has. */
export async function readSystemView(): Promise<readonly ViewEntry[]> {
  const shown = await Promise.all([...programs, ...configuration].map(viewOf))
  const masks = await Promise.all(hidden.map(async (inside) => ((await kindOf(inside)) === 'folder' ? inside : null)))
  return [
    ...shown.filter((entry) => entry !== null),
    ...masks.flatMap((inside): ViewEntry[] => (inside === null ? [] : [{ kind: 'empty', inside }])),
  ]
}

async function viewOf(path: string): Promise<ViewEntry | null> {
  const kind = await kindOf(path)
  if (kind === 'folder') return { kind: 'read-only', path, inside: path }
  if (kind === 'link') return { kind: 'link', target: await readlink(path), inside: path }
  return null
}

async function kindOf(path: string): Promise<'folder' | 'link' | 'none'> {
  const stats = await lstat(join('/', path)).catch(() => null)
  if (stats === null) return 'none'
  if (stats.isSymbolicLink()) return 'link'
  return stats.isDirectory() ? 'folder' : 'none'
}
