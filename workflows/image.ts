import { join } from 'node:path'
import { endGroup, notice, setFailed, startGroup, warning } from '@actions/core'
import { toolEnvironment } from '../cli/wiring/run-npm.ts'
import { SandboxError } from '../worker/pipeline/ports/index.ts'
import { adoptImage } from '../worker/sandbox/image/adopt-image.ts'
import { makePassage } from '../worker/sandbox/image/build-folder.ts'
import { buildImage, ownDescriptions, upToDate } from '../worker/sandbox/image/build-image.ts'
import type { BuiltImage } from '../worker/sandbox/image/built-image.ts'
import { ImageError } from '../worker/sandbox/image/image-error.ts'
import { packImage } from '../worker/sandbox/image/pack-image.ts'
import { readRecipe } from '../worker/sandbox/image/read-recipe.ts'
import { createProcessEngine } from '../worker/sandbox/process/create-process-engine.ts'
import { withoutCommands } from './console/create-log.ts'
import type { ImageInputs } from './inputs/read-image-inputs.ts'
import { installBuilder, thisBuilderHost } from './sandbox/install-builder.ts'
import { openPassage } from './sandbox/open-passage.ts'
import { type Provided, provideImage } from './sandbox/provide-image.ts'

/** Before a job works, and without its token: the image that its sandboxes are of. */
export async function image(inputs: ImageInputs, signal: AbortSignal): Promise<number> {
  const { imagesDir, packed } = inputs
  startGroup(`image ${inputs.image}`)
  try {
    const recipe = await readRecipe(ownDescriptions, inputs.image)
    const provided = await provideImage({
      there: () => upToDate(imagesDir, recipe),
      adopt: () => adoptImage(recipe, packed, { imagesDir, signal }),
      build: () => build(inputs, signal),
      keep: (built) => packImage(built, packed),
    })
    tell(provided)
    return 0
  } catch (error) {
    if (!(error instanceof ImageError || error instanceof SandboxError)) throw error
    setFailed(`airlock: image ${inputs.image} could not be built on this runner: ${withoutCommands(error.message)}`)
    return 1
  } finally {
    endGroup()
  }
}

async function build({ image: name, imagesDir, settings, env }: ImageInputs, signal: AbortSignal): Promise<BuiltImage> {
  const builder = await installBuilder(thisBuilderHost())
  if (builder.kind === 'missing') {
    warning(`This job may not install what builds images. On the machine, once: ${builder.remedy}`)
  }
  await makePassage(imagesDir)
  await using _passage = await openPassage(imagesDir)
  return await buildImage(name, {
    imagesDir,
    base: settings.AIRLOCK_IMAGE_BASE ?? null,
    env: toolEnvironment(env),
    makeEngine: (images) =>
      createProcessEngine({ runDir: join(imagesDir, '.sandboxes'), hostTools: [], images, now: Date.now }),
    signal,
    onLine: (line) => process.stdout.write(`${withoutCommands(line)}\n`),
  })
}

const origins = { machine: 'was on this machine', cache: 'is from the cache', build: 'was built' } as const

function tell({ image: { name, digest }, from, refused }: Provided): void {
  notice(`Image ${name} ${origins[from]}: ${digest}`)
  if (refused === null) return
  warning(
    `What the cache kept as image ${name} was not taken: ${refused}. It stays there until somebody deletes it: entries airlock-image-… under Actions, Caches.`,
  )
}
