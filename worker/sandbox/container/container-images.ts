import { SandboxError } from '../../pipeline/ports/index.ts'
import type { BuiltImage, ImageStore } from '../image/built-image.ts'
import type { EngineClient } from './engine-client.ts'

export interface ContainerImage {
  readonly built: BuiltImage
  /** As the Engine knows it: airlock/NAME:DIGEST. */
  readonly name: string
}

/**
 * Brings images into the Engine, under a name with their digest in it, so that what the Engine has under that name is
 * what was built. The Engine is asked each time: whoever cleans up there may have removed one since it was last used.
 * One import at a time for each; two workers may import the same, which is wasted but harmless. The Engine sets the
 * name last, so an import that was cut short leaves none.
 */
export function createContainerImages(images: ImageStore, engine: EngineClient) {
  const asked = new Map<string, Promise<void>>()

  const ensure = async (built: BuiltImage, name: string) => {
    if (!(await engine.hasImage(name))) await engine.importImage(name, built.tar)
  }

  return async (image: string): Promise<ContainerImage> => {
    const built = image === 'host' ? null : await images.find(image)
    if (built === null) throw new SandboxError('image-missing', missingText(image))
    const name = `airlock/${built.name}:${built.digest}`
    const ensured = asked.get(name) ?? ensure(built, name)
    asked.set(name, ensured)
    await ensured.finally(() => asked.delete(name))
    return { built, name }
  }
}

function missingText(image: string): string {
  if (image === 'host') return 'class container has no image host: name one in airlock.yml, such as image: base'
  return `there is no image ${image}: airlock images build ${image}`
}
