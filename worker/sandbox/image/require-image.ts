import { SandboxError } from '../../pipeline/ports/index.ts'
import type { BuiltImage, ImageStore } from './built-image.ts'

/** The image of that name. Throws SandboxError `image-missing` with the line that builds it. */
export async function requireImage(images: ImageStore, name: string): Promise<BuiltImage> {
  const image = await images.find(name)
  if (image !== null) return image
  throw new SandboxError('image-missing', `there is no image ${name}: airlock images build ${name}`)
}
