import { join } from 'node:path'
import type { BuildOptions } from '../../../worker/sandbox/image/build-image.ts'
import { createProcessEngine } from '../../../worker/sandbox/process/create-process-engine.ts'

/** How long a `beforeAll` that calls builtImage may take: the first of a machine builds, the others wait for it. */
export const imageTimeoutMs = 600_000

const passed = /^(PATH|HOME|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|SSL_CERT_DIR|https?_proxy|no_proxy|npm_config_\w+)$/i

/** What builds in a test have in common: this machine's settings for npm and apt, and a silent, bounded run. */
export function buildOptions(imagesDir: string): BuildOptions {
  const runDir = join(imagesDir, '.sandboxes')
  return {
    imagesDir,
    base: null,
    env: buildEnvironment(),
    makeEngine: (images) => createProcessEngine({ runDir, hostTools: [], images, now: Date.now }),
    signal: AbortSignal.timeout(imageTimeoutMs),
    onLine: () => {},
  }
}

/** What a build needs of the environment, and nothing else. */
export function buildEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value !== undefined && passed.test(name) ? [[name, value]] : [],
    ),
  )
}
