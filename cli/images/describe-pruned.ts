import type { PrunedImage } from '../../worker/sandbox/image/prune-images.ts'

const size = (bytes: number) => `${Math.round(bytes / 1e6)} MB`

/** A line per image, and what was freed, for a person. */
export function describePruned(pruned: readonly PrunedImage[]): string {
  const lines = pruned.map(({ name, digest, bytes, kept }) => {
    const which = `${name} ${digest.slice(0, 16)}  ${size(bytes)}`
    return kept === null ? `removed ${which}` : `kept    ${which}: ${kept}`
  })
  const freed = pruned.filter(({ kept }) => kept === null).reduce((sum, { bytes }) => sum + bytes, 0)
  return `${[...lines, `freed ${size(freed)}`].join('\n')}\n`
}
