import { lstat, readlink } from 'node:fs/promises'
import { join } from 'node:path'

/** How one entry of a root file system appears inside; `path` is where it lies in that root. */
export type ViewEntry =
  | { readonly kind: 'link'; readonly target: string; readonly inside: string }
  | { readonly kind: 'read-only'; readonly path: string; readonly inside: string }
  | { readonly kind: 'empty'; readonly inside: string }

/** What a sandbox sees as its system. Everything else at these places is made for it. */
export interface SystemView {
  /** Where on the host the entries lie: `/`, or an image's root file system. */
  readonly root: string
  readonly entries: readonly ViewEntry[]
}

const programs = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32']
/** Parts of the host's /etc without which programs fail, and which hold no secret. The rest of /etc is ours. */
const configuration = ['/etc/ssl/certs', '/etc/alternatives']
/** Operators keep tokens here: npm's global npmrc, for one. */
const hidden = ['/usr/local/etc', '/usr/etc']
/** An image has no secrets to hide, so it brings its own /etc, and what its packages keep in /var. */
const ownState = ['/etc', '/var']

/** All that image `host` shows of the machine: programs and libraries. No /home, /root, /var, /run, /srv, /opt. */
export async function readHostView(): Promise<SystemView> {
  const shown = await readEntries('/', [...programs, ...configuration])
  const masked = await Promise.all(hidden.map(async (inside) => (await kindOf(inside)) === 'folder'))
  return {
    root: '/',
    entries: [
      ...shown,
      ...hidden.filter((_, index) => masked[index]).map((inside) => ({ kind: 'empty', inside }) as const),
      { kind: 'link', target: '/tmp', inside: '/var/tmp' },
    ],
  }
}

/** The same places of a built image, and those where it keeps its own configuration. Nothing of the host's. */
export async function readImageView(rootfs: string): Promise<SystemView> {
  return { root: rootfs, entries: await readEntries(rootfs, [...programs, ...ownState]) }
}

async function readEntries(root: string, places: readonly string[]): Promise<readonly ViewEntry[]> {
  const entries = await Promise.all(places.map((inside) => entryOf(root, inside)))
  return entries.filter((entry) => entry !== null)
}

async function entryOf(root: string, inside: string): Promise<ViewEntry | null> {
  const place = join(root, inside)
  const kind = await kindOf(place)
  if (kind === 'folder') return { kind: 'read-only', path: inside, inside }
  if (kind === 'link') return { kind: 'link', target: await readlink(place), inside }
  return null
}

async function kindOf(path: string): Promise<'folder' | 'link' | 'none'> {
  const stats = await lstat(path).catch(() => null)
  if (stats === null) return 'none'
  if (stats.isSymbolicLink()) return 'link'
  return stats.isDirectory() ? 'folder' : 'none'
}
