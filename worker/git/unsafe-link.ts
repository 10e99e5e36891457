/**
 * Why a symlink at `path` with `target` is refused, or null. Pure; one byte per character. A target may climb with
 * leading `..` as far as the root, because a link's own folders are real; a `..` after a name is refused, because
 * that name may be another link, and then the two together lead elsewhere than they read. `isOutside` tells of links
 * that were there before and lead out.
 */
export function unsafeLink(path: string, target: string, isOutside: (path: string) => boolean): string | null {
  if (target === '' || target.includes('\0')) return 'it is a symlink to nowhere'
  if (target.startsWith('/')) return 'it is a symlink with an absolute target'
  const parts = target.split('/').filter((part) => part !== '' && part !== '.')
  const climbs = leadingClimbs(parts)
  if (parts.slice(climbs).includes('..')) return 'it is a symlink whose target has .. after a name'
  const folders = path.split('/').slice(0, -1)
  if (climbs > folders.length) return 'it is a symlink that leads out of the repository'
  const reached = [...folders.slice(0, folders.length - climbs), ...parts.slice(climbs)]
  if (reached[0]?.toLowerCase() === '.git') return 'it is a symlink into .git'
  const through = reached.map((_, index) => reached.slice(0, index + 1).join('/'))
  return through.some(isOutside) ? 'it is a symlink through a link that leads out of the repository' : null
}

function leadingClimbs(parts: readonly string[]): number {
  const first = parts.findIndex((part) => part !== '..')
  return first === -1 ? parts.length : first
}
