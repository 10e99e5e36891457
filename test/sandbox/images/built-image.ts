import { fileURLToPath } from 'node:url'
import { buildImage } from '../../../worker/sandbox/image/build-image.ts'
import type { ImageStore } from '../../../worker/sandbox/image/built-image.ts'
import { createImageStore } from '../../../worker/sandbox/image/create-image-store.ts'

/** How long a `beforeAll` that calls builtImage may take: the first of a machine builds, the others wait for it. */
export const imageTimeoutMs = 600_000

/** Below the project, so that a machine builds an image once for all its test runs. */
const imagesDir = fileURLToPath(new URL('../../../.airlock/images', import.meta.url))

/** The store, with this image in it. Test files that run side by side wait for one build. */
export async function builtImage(name: string): Promise<ImageStore> {
  await buildImage(name, {
    imagesDir,
    env: buildEnvironment(),
    makeEngine: null,
    signal: AbortSignal.timeout(imageTimeoutMs),
    onLine: () => {},
    reuse: true,
  })
  return createImageStore(imagesDir)
}

function buildEnvironment(): Record<string, string> {
  const passed = /^(PATH|HOME|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|SSL_CERT_DIR|https?_proxy|no_proxy|npm_config_\w+)$/i
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value !== undefined && passed.test(name) ? [[name, value]] : [],
    ),
  )
}
