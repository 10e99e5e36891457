import type { StoredImage } from '../../worker/sandbox/image/create-image-store.ts'

/** A line per image, for a person. */
export function describeImages(images: readonly StoredImage[]): string {
  if (images.length === 0) return 'no image is built: airlock images build base\n'
  const width = Math.max(...images.map(({ manifest }) => manifest.name.length))
  const lines = images.map(({ manifest, latest, builtAt }) => {
    const built = new Date(builtAt).toISOString().slice(0, 16).replace('T', ' ')
    const size = `${Math.round(manifest.bytes / 1e6)} MB`.padStart(8)
    return `${manifest.name.padEnd(width)}  ${manifest.digest.slice(0, 16)}  ${built}  ${size}${latest ? '  in use' : ''}`
  })
  return `${lines.join('\n')}\n`
}
