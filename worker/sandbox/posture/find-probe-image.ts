import { SandboxError } from '../../pipeline/ports/index.ts'
import type { ImageStore } from '../image/built-image.ts'

/** Any image will do for the probes; the smaller ones first. */
const candidates = ['minimal', 'base', 'agents']

/** The image that an engine is probed with if nobody names one. Throws SandboxError `image-missing` if none is built. */
export async function findProbeImage(images: ImageStore): Promise<string> {
  for (const name of candidates) {
    if ((await images.find(name)) !== null) return name
  }
  throw new SandboxError('image-missing', 'no image is built: airlock images build base')
}
