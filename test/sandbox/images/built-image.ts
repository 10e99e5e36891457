import { fileURLToPath } from 'node:url'
import { buildImage } from '../../../worker/sandbox/image/build-image.ts'
import type { ImageStore } from '../../../worker/sandbox/image/built-image.ts'
import { createImageStore } from '../../../worker/sandbox/image/create-image-store.ts'
import { buildOptions } from './build-options.ts'

export { imageTimeoutMs } from './build-options.ts'

/** Below the project, so that a machine builds an image once for all its test runs. */
export const imagesDir = fileURLToPath(new URL('../../../.airlock/images', import.meta.url))

/** The store, with this image in it. Test files that run side by side wait for one build. */
export async function builtImage(name: string): Promise<ImageStore> {
  await buildImage(name, { ...buildOptions(imagesDir), reuse: true })
  return createImageStore(imagesDir)
}
